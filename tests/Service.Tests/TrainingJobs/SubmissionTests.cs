using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ContrastiveService.Service.Tests.TrainingJobs;

[Collection(RunningService.Name)]
public sealed class SubmissionTests(ServiceFixture service)
{
    private const string Jobs = QueuedJob.Jobs;

    [Fact]
    public async Task A_job_needs_only_data_and_method_and_shows_the_whole_plan()
    {
        var set = await QueuedJob.DatasetAsync(service.Http);
        using var accepted = await service.Http.PostAsJsonAsync(Jobs, new { dataset = set.Name, method = "simclr", device = "gpu", batchSize = 4 });
        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted, await accepted.Content.ReadAsStringAsync());
        accepted.Headers.RetryAfter.ShouldNotBeNull();
        var job = await service.Http.GetAsync(accepted.Headers.Location.ShouldNotBeNull()).JsonAsync();

        (
            job.Text("state"), job.Text("queue"), job.Text("dataset"), job.Text("name"), job.Text("method"), job.Number("attempt"), job.Number("datasetVersion")).ShouldBe((
                "queued", "gpu", set.Name, set.Name, "simclr", 0, 1));
        var plan = job.GetProperty("plan");
        (plan.Number("imageSize"), plan.Number("channels"), plan.Number("batchSize")).ShouldBe((28, 1, 4));
        plan.GetProperty("method").GetProperty("temperature").GetDouble().ShouldBeGreaterThan(0);
        plan.GetProperty("backbone").Text("stem").ShouldBe("small");
    }

    [Theory]
    [InlineData("""{ "batchSise": 4 }""", "batchSise", "There are: ")]
    [InlineData("""{ "method": { "type": "simclr", "temperatur": 1 } }""", "method.temperatur", "temperature")]
    [InlineData("""{ "method": { "type": "simclr", "temperature": -1 } }""", "method.temperature", "between")]
    [InlineData("""{ "method": { "type": "simclear" } }""", "method.type", "simclr")]
    [InlineData("""{ "method": {} }""", "method.type", "is missing")]
    [InlineData("""{ "method": null }""", "method", "must be an object, not null")]
    [InlineData("""{ "backbone": { "type": "resnet19" } }""", "backbone.type", "resnet18")]
    [InlineData("""{ "views": { "crop": { "scale": [0.9, 0.1] } } }""", "views.crop.scale", "first must not be greater")]
    [InlineData("""{ "epochs": "ten" }""", "epochs", "a whole number")]
    [InlineData("""{ "batchSize": 4096 }""", "batchSize", "at most")]
    [InlineData("""{ "device": "tpu" }""", "device", "auto, cpu, gpu")]
    [InlineData("""{ "name": "Not A Name" }""", "name", "must match")]
    public async Task A_bad_plan_is_a_400_that_names_the_member_and_what_would_be_right(string change, string param, string says)
    {
        var set = await QueuedJob.DatasetAsync(service.Http);
        var message = await service.Http.PostAsJsonAsync(Jobs, QueuedJob.Request(set.Name, change)).ProblemAsync(
            HttpStatusCode.BadRequest, "invalid_plan", param);
        message.ShouldContain(says);
        (await service.Http.GetAsync($"{Jobs}?limit=1000").JsonAsync()).Items().ShouldNotContain(j => j.Text("dataset") == set.Name);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_said_at_once()
    {
        var set = await QueuedJob.DatasetAsync(service.Http);
        var problem = await service.Http.PostAsJsonAsync(
            Jobs, QueuedJob.Request(set.Name, """{ "epochs": 0, "seed": -1 }""")).JsonAsync(HttpStatusCode.BadRequest);
        problem.Items("errors").Select(e => e.Text("param")).ShouldBe(["epochs", "seed"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_data_set_must_be_named_there_and_filled()
    {
        await service.Http.PostAsJsonAsync(Jobs, new { method = "simclr" }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "dataset");
        await service.Http.PostAsJsonAsync(Jobs, new { dataset = 3 }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "dataset");
        await service.Http.PostAsJsonAsync(Jobs, new { dataset = "not-there", method = "simclr" }).ProblemAsync(
            HttpStatusCode.NotFound, "dataset_not_found", "dataset");
        var empty = await DatasetClient.CreateAsync(service.Http);
        (
            await service.Http.PostAsJsonAsync(Jobs, QueuedJob.Request(empty.Name)).ProblemAsync(
                HttpStatusCode.BadRequest, "invalid_plan", "dataset")).ShouldContain("Upload some first");
        using var broken = new StringContent("{", Encoding.UTF8, "application/json");
        await service.Http.PostAsync(Jobs, broken).ProblemAsync(HttpStatusCode.BadRequest, "invalid_json");
        await service.Http.PostAsJsonAsync(Jobs, new[] { 1 }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "dataset");
    }

    [Fact]
    public async Task An_idempotency_key_gives_the_first_job_again_and_refuses_another_request()
    {
        var set = await QueuedJob.DatasetAsync(service.Http);
        var (key, request) = (Guid.NewGuid().ToString(), QueuedJob.Request(set.Name));
        var first = await SendAsync(key, request).JsonAsync(HttpStatusCode.Accepted);
        using var again = await SendAsync(key, request, new JsonSerializerOptions { WriteIndented = true });
        again.Headers.GetValues("Idempotent-Replayed").ShouldBe(["true"]);
        (await Task.FromResult(again).JsonAsync(HttpStatusCode.Accepted)).Text("id").ShouldBe(first.Text("id"));

        request["seed"] = 2;
        await SendAsync(key, request).ProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused", "Idempotency-Key");
        (await SendAsync(Guid.NewGuid().ToString(), request).JsonAsync(HttpStatusCode.Accepted)).Text("id").ShouldNotBe(first.Text("id"));
        await SendAsync(new string('k', 256), request).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "Idempotency-Key");
    }

    private Task<HttpResponseMessage> SendAsync(string key, JsonObject request, JsonSerializerOptions? layout = null) =>
        service.Http.SendAsync(new HttpRequestMessage(HttpMethod.Post, Jobs)
        {
            Headers = { { "Idempotency-Key", key } },
            Content = new StringContent(request.ToJsonString(layout), Encoding.UTF8, "application/json"),
        });
}
