using System.Net;
using System.Text.Json;
using ContrastiveService.Service.Tests.TrainingJobs;

namespace ContrastiveService.Service.Tests.OpenAi;

[Collection(RunningService.Name)]
public sealed class FineTuningTests(ServiceFixture service)
{
    private const string Jobs = FineTuning.Jobs;

    [Fact]
    public async Task A_job_has_openais_members_and_no_others_and_is_the_same_job_at_both_doors()
    {
        var set = await QueuedJob.DatasetAsync(service.Http);
        var job = await FineTuning.SendAsync(service.Http, FineTuning.Request(set.Name, """
            { "suffix": "Shop-1", "seed": 7, "metadata": { "owner": "search" }, "hyperparameters": { "n_epochs": 3, "batch_size": 4, "learning_rate_multiplier": 0.5 } }
            """)).JsonAsync();
        job.EnumerateObject().Select(m => m.Name).ShouldBe([
            "id", "object", "created_at", "error", "fine_tuned_model", "finished_at", "hyperparameters", "model", "organization_id", "result_files", "seed", "status",
            "trained_tokens", "training_file", "validation_file", "estimated_finish", "integrations", "metadata", "method", "user_provided_suffix"]);
        (job.Text("object"), job.Text("status"), job.Text("model"), job.Text("training_file"), job.Number("seed"), job.Text("user_provided_suffix"))
            .ShouldBe(("fine_tuning.job", "queued", "seed-convnet", set.Name, 7, "Shop-1"));
        job.GetProperty("created_at").GetInt64().ShouldBeGreaterThan(1_700_000_000);
        foreach (var unknown in new[] { "error", "fine_tuned_model", "finished_at", "trained_tokens", "validation_file", "estimated_finish" })
            job.GetProperty(unknown).ValueKind.ShouldBe(JsonValueKind.Null, unknown);
        job.GetProperty("metadata").Text("owner").ShouldBe("search");
        job.GetProperty("hyperparameters").GetRawText().ShouldBe("""{"batch_size":4,"learning_rate_multiplier":0.5,"n_epochs":3}""");

        var native = await service.Http.GetAsync($"{QueuedJob.Jobs}/{job.Text("id")}").JsonAsync();
        var plan = native.GetProperty("plan");
        (native.Text("name"), native.Text("method"), plan.Number("epochs"), plan.Number("batchSize"), plan.Number("seed"))
            .ShouldBe(($"{set.Name}-shop-1", "supcon", 3, 4, 7), "labels are there, so it is supervised");
        var usual = await service.Http.GetAsync($"{QueuedJob.Jobs}/{(await FineTuning.CreateAsync(service.Http)).Text("id")}").JsonAsync();
        Rate(plan).ShouldBe(Rate(usual.GetProperty("plan")) / 2, 1e-12);
        usual.Text("name").ShouldBe(usual.Text("dataset"));

        static double Rate(JsonElement plan) => plan.GetProperty("optimizer").GetProperty("learningRate").GetDouble();
    }

    [Theory]
    [InlineData("""{ "method": { "type": "supervised" } }""", "supcon", "supervised")]
    [InlineData("""{ "method": { "type": "supervised", "supervised": { "hyperparameters": { "n_epochs": "auto", "batch_size": 4 } } }, "hyperparameters": null }""", "supcon", "supervised")]
    [InlineData("""{ "method": { "type": "simclr", "temperature": 0.25 } }""", "simclr", "simclr")]
    [InlineData("""{ "plan": { "device": "gpu", "method": { "type": "supervised" } } }""", "supervised", "supervised")]
    [InlineData("""{ "plan": { "device": "gpu", "method": "byol", "views": { "flip": 0 } }, "integrations": [] }""", "byol", "byol")]
    public async Task Any_method_can_be_asked_for(string more, string becomes, string shown)
    {
        var job = await FineTuning.CreateAsync(service.Http, more);
        job.GetProperty("method").Text("type").ShouldBe(shown);
        (await service.Http.GetAsync($"{QueuedJob.Jobs}/{job.Text("id")}").JsonAsync()).Text("method").ShouldBe(becomes);
        if (job.GetProperty("method").TryGetProperty("supervised", out var supervised))
            supervised.GetProperty("hyperparameters").Number("batch_size").ShouldBe(4);
    }

    [Fact]
    public async Task Without_labels_it_is_simclr_unless_supervised_is_asked_for()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        await set.ImportAsync(TestArchives.Zip([.. Enumerable.Range(0, 12).Select(i => ($"{i}.png", TestPictures.Bar(i, i)))]));
        var job = await FineTuning.SendAsync(service.Http, FineTuning.Request(set.Name)).JsonAsync();
        job.GetProperty("method").Text("type").ShouldBe("simclr");
        (await FineTuning.SendAsync(service.Http, FineTuning.Request(set.Name, """{ "method": { "type": "supervised" } }"""))
            .ProblemAsync(HttpStatusCode.BadRequest, "invalid_plan", "method.type")).ShouldContain("needs a label on every item");
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_by_page_and_by_metadata()
    {
        var run = Guid.NewGuid().ToString("N");
        var older = await FineTuning.CreateAsync(service.Http, $$"""{ "metadata": { "run": "{{run}}", "part": "a" } }""");
        var newer = await FineTuning.CreateAsync(service.Http, $$"""{ "metadata": { "run": "{{run}}", "part": "b" } }""");
        var bare = await FineTuning.CreateAsync(service.Http);
        var native = await QueuedJob.CreateAsync(service.Http);

        var first = await service.Http.GetAsync($"{Jobs}?metadata[run]={run}&limit=1").JsonAsync();
        first.EnumerateObject().Select(m => m.Name).ShouldBe(["object", "data", "has_more"]);
        (first.Text("object"), first.GetProperty("has_more").GetBoolean(), first.Items("data").Single().Text("id")).ShouldBe(("list", true, newer.Text("id")));
        var second = await service.Http.GetAsync($"{Jobs}?metadata[run]={run}&limit=1&after={newer.Text("id")}").JsonAsync();
        (second.GetProperty("has_more").GetBoolean(), second.Items("data").Single().Text("id")).ShouldBe((false, older.Text("id")));
        (await IdsAsync($"metadata[run]={run}&metadata[part]=a")).ShouldBe([older.Text("id")]);
        (await IdsAsync("metadata=null&limit=2")).ShouldBe([native.Text("id"), bare.Text("id")]);

        (await service.Http.GetAsync($"{Jobs}?metadata=x").ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "metadata")).ShouldContain("metadata[key]=value");
        await service.Http.GetAsync($"{Jobs}?after=ftjob-1").ProblemAsync(HttpStatusCode.BadRequest, "invalid_cursor", "after");
        await service.Http.GetAsync($"{Jobs}?limit=0").ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "limit");

        async Task<IEnumerable<string?>> IdsAsync(string query) => (await service.Http.GetAsync($"{Jobs}?{query}").JsonAsync()).Items("data").Select(j => j.Text("id"));
    }

    [Fact]
    public async Task A_seed_too_large_for_openais_clients_does_not_break_their_lists()
    {
        var set = await QueuedJob.DatasetAsync(service.Http);
        var native = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(
            service.Http, QueuedJob.Jobs, QueuedJob.Request(set.Name, """{ "seed": 3000000000 }""")).JsonAsync(HttpStatusCode.Accepted);
        (await service.Http.GetAsync($"{Jobs}/{native.Text("id")}").JsonAsync()).Number("seed").ShouldBe(int.MaxValue);
    }

    [Fact]
    public async Task It_is_cancelled_paused_and_resumed_and_its_events_come_newest_first()
    {
        var job = await FineTuning.CreateAsync(service.Http);
        var path = $"{Jobs}/{job.Text("id")}";
        (await PostAsync("cancel")).Text("status").ShouldBe("cancelled");
        (await PostAsync("cancel")).Text("status").ShouldBe("cancelled", "once more changes nothing");
        var resumed = await PostAsync("resume");
        (resumed.Text("status"), resumed.GetProperty("finished_at").ValueKind).ShouldBe(("queued", JsonValueKind.Null));
        (await PostAsync("pause")).Text("status").ShouldBe("cancelled");
        await PostAsync("resume");
        await service.Http.PostAsync($"{path}/resume", null).ProblemAsync(HttpStatusCode.Conflict, "wrong_state");

        var all = await service.Http.GetAsync($"{path}/events").JsonAsync();
        all.GetProperty("has_more").GetBoolean().ShouldBeFalse();
        var events = all.Items("data");
        events.Count.ShouldBe(5);
        events[0].EnumerateObject().Select(m => m.Name).ShouldBe(["id", "object", "created_at", "level", "message", "data", "type"]);
        (events[4].Text("object"), events[4].Text("level"), events[4].Text("type"), events[4].Text("message")).ShouldBe(("fine_tuning.job.event", "info", "message", "Queued for gpu."));
        var ids = new List<string?>();
        for (JsonElement page = default; page.ValueKind == JsonValueKind.Undefined || page.GetProperty("has_more").GetBoolean();)
        {
            page = await service.Http.GetAsync($"{path}/events?limit=2{(ids.Count > 0 ? $"&after={ids[^1]}" : "")}").JsonAsync();
            ids.AddRange(page.Items("data").Select(e => e.Text("id")));
        }

        ids.ShouldBe(events.Select(e => e.Text("id")));
        var other = await FineTuning.CreateAsync(service.Http);
        await service.Http.GetAsync($"{Jobs}/{other.Text("id")}/events?after={ids[0]}").ProblemAsync(HttpStatusCode.BadRequest, "invalid_cursor", "after");
        await service.Http.GetAsync($"{path}/checkpoints?after=x").ProblemAsync(HttpStatusCode.BadRequest, "invalid_cursor", "after");
        (await service.Http.GetAsync($"{path}/checkpoints").JsonAsync()).Items("data").ShouldBeEmpty();

        Task<JsonElement> PostAsync(string verb) => service.Http.PostAsync($"{path}/{verb}", null).JsonAsync();
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/events")]
    [InlineData("GET", "/checkpoints")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/pause")]
    [InlineData("POST", "/resume")]
    public async Task A_job_that_is_not_there_is_a_404(string verb, string part)
    {
        foreach (var id in new[] { "ftjob-abc123", Guid.NewGuid().ToString() })
            await service.Http.SendAsync(new HttpRequestMessage(new HttpMethod(verb), $"{Jobs}/{id}{part}")).ProblemAsync(HttpStatusCode.NotFound, "job_not_found");
    }

    [Theory]
    [InlineData("GET", "/v1/files")]
    [InlineData("POST", "/v1/files")]
    [InlineData("DELETE", "/v1/files/file-abc")]
    [InlineData("GET", "/v1/files/file-abc/content")]
    [InlineData("POST", "/v1/uploads")]
    public async Task Who_looks_for_files_is_sent_to_data_sets(string verb, string path) =>
        (await service.Http.SendAsync(new HttpRequestMessage(new HttpMethod(verb), path)).ProblemAsync(HttpStatusCode.NotFound, "files_not_supported"))
            .ShouldContain("POST /api/v1/datasets");
}
