using System.Net;
using System.Net.Http.Json;

namespace ContrastiveService.Service.Tests.Datasets;

[Collection(RunningService.Name)]
public sealed class DatasetTests(ServiceFixture service)
{
    [Fact]
    public async Task A_data_set_is_created_listed_shown_and_deleted()
    {
        var name = $"life-{Guid.NewGuid():N}";
        using var created = await service.Http.PostAsJsonAsync("/api/v1/datasets", new { name, description = "Some." });
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        created.Headers.Location.ShouldNotBeNull().ToString().ShouldBe($"/api/v1/datasets/{name}");
        var shown = await service.Http.GetAsync(created.Headers.Location).JsonAsync();
        (
            shown.Text("name"), shown.Text("description"), shown.Number("version"),
            shown.GetProperty("statistics").Number("items")).ShouldBe((name, "Some.", 0, 0));
        (await service.Http.GetAsync("/api/v1/datasets?limit=1000").JsonAsync()).Items().Select(d => d.Text("name")).ShouldContain(name);

        (await service.Http.DeleteAsync(created.Headers.Location)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await service.Http.GetAsync(created.Headers.Location).ProblemAsync(HttpStatusCode.NotFound, "dataset_not_found");
        await service.Http.DeleteAsync(created.Headers.Location).ProblemAsync(HttpStatusCode.NotFound, "dataset_not_found");
    }

    [Fact]
    public async Task A_taken_name_is_a_conflict_that_clients_do_not_retry()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        using var again = await service.Http.PostAsJsonAsync("/api/v1/datasets", new { name = set.Name });
        again.Headers.GetValues("x-should-retry").ShouldBe(["false"]);
        await Task.FromResult(again).ProblemAsync(HttpStatusCode.Conflict, "name_taken", "name");
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("../up")]
    [InlineData("-dash-first")]
    [InlineData(null)]
    public async Task A_name_that_cannot_stand_in_a_path_is_refused(string? name) =>
        await service.Http.PostAsJsonAsync("/api/v1/datasets", new { name }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "name");

    [Fact]
    public async Task A_data_set_that_a_job_needs_is_not_deleted()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        await set.ImportAsync(TestArchives.Zip([.. Enumerable.Range(0, 8).Select(i => ($"{i}.png", TestPictures.Bar(i, 0)))]));
        var job = await service.Http.PostAsJsonAsync(
            "/api/v1/training-jobs",
            new { dataset = set.Name, method = new { type = "simclr" }, batchSize = 4, imageSize = 28, backbone = new { type = "seed-convnet" }, device = "gpu" })
            .JsonAsync(HttpStatusCode.Accepted);
        (await service.Http.DeleteAsync(set.Path).ProblemAsync(HttpStatusCode.Conflict, "in_use")).ShouldContain(job.Text("id")!);
        await service.Http.PostAsync($"/api/v1/training-jobs/{job.Text("id")}/cancel", null).JsonAsync();
        (await service.Http.DeleteAsync(set.Path)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }
}
