using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ContrastiveService.Service.Tests.Models;

[Collection(RunningService.Name)]
public sealed class ModelTests(ServiceFixture service)
{
    [Fact]
    public async Task Each_finished_job_is_a_version_with_its_card()
    {
        var model = await service.ModelAsync();
        var shown = await service.Http.GetAsync($"/api/v1/models/{model.Name}").JsonAsync();
        (shown.Number("versions"), shown.Number("latestVersion")).ShouldBe((2, 2));
        (await service.Http.GetAsync("/api/v1/models?limit=1000").JsonAsync()).Items().Select(m => m.Text("name")).ShouldContain(model.Name);
        (
            await service.Http.GetAsync($"/api/v1/models/{model.Name}/versions").JsonAsync()).EnumerateArray().Select(v =>
                v.Text("model")).ShouldBe([$"{model.Name}:2", $"{model.Name}:1"]);

        var version = await service.Http.GetAsync($"/api/v1/models/{model.Name}/versions/2").JsonAsync();
        (
            version.Number("width"), version.Text("name"), version.Items("aliases").Select(a => a.GetString()).Contains("latest")).ShouldBe((
                TrainedModel.Width, model.Name, true));
        var card = version.GetProperty("card");
        card.GetProperty("preprocessing").Number("size").ShouldBe(28);
        card.GetProperty("background").Number("pairs").ShouldBeGreaterThan(0);
        card.Text("evaluatedOn").ShouldBe("test");
        var judgement = card.GetProperty("judgement");
        foreach (var scores in judgement.GetProperty("floors").EnumerateObject().Where(f => f.Value.ValueKind == JsonValueKind.Object).Select(f => f.Value).Append(judgement.GetProperty("scores")))
            scores.GetProperty("retrieval").GetProperty("mapAtR").GetDouble().ShouldBeInRange(0, 1);
        judgement.GetProperty("verification").GetProperty("positives").GetArrayLength().ShouldBe(64);
        version.GetProperty("plan").Text("dataset").ShouldBe(model.Data.Name);
    }

    [Fact]
    public async Task An_alias_moves_only_under_the_etag_that_its_mover_saw()
    {
        var model = await service.ModelAsync();
        var path = $"/api/v1/models/{model.Name}/aliases/champion";
        using var created = await MoveAsync(1, "If-None-Match", "*");
        created.StatusCode.ShouldBe(HttpStatusCode.OK, await created.Content.ReadAsStringAsync());
        var first = created.Headers.ETag.ShouldNotBeNull();
        await MoveAsync(1, "If-None-Match", "*").ProblemAsync(HttpStatusCode.PreconditionFailed, "precondition_failed", "If-Match");

        using var moved = await MoveAsync(2, "If-Match", first.ToString());
        var second = moved.Headers.ETag.ShouldNotBeNull();
        second.ShouldNotBe(first);
        await MoveAsync(1, "If-Match", first.ToString()).ProblemAsync(HttpStatusCode.PreconditionFailed, "precondition_failed", "If-Match");
        await MoveAsync(1, "If-Match", "\"nonsense\"").ProblemAsync(HttpStatusCode.PreconditionFailed, "precondition_failed", "If-Match");
        await MoveAsync(1, "If-Match", "5").ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "If-Match");
        await MoveAsync(1, "If-None-Match", first.ToString()).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "If-None-Match");
        using var shown = await service.Http.GetAsync(path);
        shown.Headers.ETag.ShouldBe(second);
        (await Task.FromResult(shown).JsonAsync()).Number("version").ShouldBe(2);
        (await MoveAsync(2, "If-Match", $"\"none\", {second}").JsonAsync()).Number("version").ShouldBe(2);
        (await MoveAsync(1, "If-Match", "*").JsonAsync()).Number("version").ShouldBe(1);
        (await service.Http.PutAsJsonAsync(path, new { version = 2 }).JsonAsync()).Number("version").ShouldBe(2);

        Task<HttpResponseMessage> MoveAsync(int version, string header, string tag)
        {
            var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(new { version }) };
            request.Headers.TryAddWithoutValidation(header, tag);
            return service.Http.SendAsync(request);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_named()
    {
        var model = await service.ModelAsync();
        await service.Http.GetAsync("/api/v1/models/none").ProblemAsync(HttpStatusCode.NotFound, "model_not_found");
        await service.Http.GetAsync("/api/v1/models/none/versions").ProblemAsync(HttpStatusCode.NotFound, "model_not_found");
        await service.Http.GetAsync($"/api/v1/models/{model.Name}/versions/99").ProblemAsync(HttpStatusCode.NotFound, "model_not_found");
        await service.Http.GetAsync($"/api/v1/models/{model.Name}/aliases/none").ProblemAsync(HttpStatusCode.NotFound, "alias_not_found");
        await PutAsync("champion", new { version = 99 }).ProblemAsync(HttpStatusCode.NotFound, "version_not_found", "version");
        await PutAsync("champion", new { }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "version");
        await PutAsync("champion", new { version = "one" }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "version");
        (await PutAsync("latest", new { version = 1 }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "alias")).ShouldContain("by itself");

        Task<HttpResponseMessage> PutAsync(string alias, object body) => service.Http.PutAsJsonAsync($"/api/v1/models/{model.Name}/aliases/{alias}", body);
    }
}
