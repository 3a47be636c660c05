#pragma warning disable OPENAI001 // The official client marks its fine-tuning as experimental.
using System.ClientModel;
using System.Net;
using System.Text.Json.Nodes;
using ContrastiveService.Service.Tests.TrainingJobs;
using Npgsql;
using OpenAI;
using OpenAI.FineTuning;

namespace ContrastiveService.Service.Tests.OpenAi;

[Collection(RunningService.Name)]
public sealed class RetryTests(ServiceFixture service)
{
    private const string Count = "x-stainless-retry-count";

    [Fact]
    public async Task A_retry_that_says_so_gives_its_first_tries_job_and_two_first_tries_are_two()
    {
        var request = await RequestAsync();
        var first = await IdAsync(request, (Count, "0"));
        using var again = await FineTuning.SendAsync(service.Http, request, (Count, "1"));
        again.Headers.GetValues("Idempotent-Replayed").ShouldBe(["true"]);
        (await Task.FromResult(again).JsonAsync()).Text("id").ShouldBe(first);
        (await IdAsync(request, (Count, "2"))).ShouldBe(first);

        var second = await IdAsync(request, (Count, "0"));
        second.ShouldNotBe(first);
        (await IdAsync(request, (Count, "1"))).ShouldBe(second, "the newest is the one that the retry is of");
    }

    [Fact]
    public async Task A_retry_whose_first_try_never_came_makes_the_job()
    {
        var request = await RequestAsync();
        var made = await IdAsync(request, (Count, "1"));
        (await IdAsync(request, (Count, "2"))).ShouldBe(made);
    }

    [Fact]
    public async Task Without_a_count_the_same_request_gives_the_same_job_and_any_other_another()
    {
        var request = await RequestAsync();
        var first = await IdAsync(request);
        (await IdAsync(request)).ShouldBe(first);
        request["metadata"] = new JsonObject { ["run"] = "2" };
        (await IdAsync(request)).ShouldNotBe(first);
        request.Remove("metadata");
        (await IdAsync(request, ("Idempotency-Key", Guid.NewGuid().ToString()))).ShouldNotBe(first, "who sends a new key means a new job");
        await service.Http.PostAsync($"{FineTuning.Jobs}/{first}/cancel", null).JsonAsync();
        (await IdAsync(request)).ShouldBe(first, "the answer to its creation may still be on its way");
    }

    [Fact]
    public async Task After_the_window_only_a_job_that_is_under_way_on_the_same_data_is_given_again()
    {
        var request = await RequestAsync();
        var first = await IdAsync(request);
        await AgeAsync(first, minutes: 11);
        (await IdAsync(request)).ShouldBe(first, "it is queued");
        await AgeAsync(first, minutes: 600);
        (await IdAsync(request, (Count, "1"))).ShouldBe(first);

        var set = new DatasetClient(service.Http, (string)request["training_file"]!);
        await set.ImportAsync(TestArchives.Zip(("lying/new.png", TestPictures.Bar(40, 0))));
        var second = await IdAsync(request);
        second.ShouldNotBe(first, "there are more pictures now");
        await service.Http.PostAsync($"{FineTuning.Jobs}/{second}/cancel", null).JsonAsync();
        await AgeAsync(second, minutes: 11);
        var third = await IdAsync(request, (Count, "1"));
        third.ShouldBe(second, "clients that count their tries wait longer");
        await AgeAsync(second, minutes: 31);
        (await IdAsync(request, (Count, "1"))).ShouldNotBe(second);
    }

    [Fact]
    public async Task Many_tries_at_once_make_one_job()
    {
        var request = await RequestAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => i % 2 == 0 ? IdAsync(request) : IdAsync(request, (Count, "1"))));
        ids.Distinct().ShouldHaveSingleItem();
        (await FineTuning.CountAsync(service.Http, (string)request["training_file"]!)).ShouldBe(1);
    }

    [Fact]
    public async Task Another_key_is_another_caller()
    {
        const string other = "another-key-for-tests-0123456789";
        await using var api = await service.StartApiAsync($"--Api:Keys:0={ServiceFixture.Key}", $"--Api:Keys:1={other}", "--Api:OpenOnLoopback=false");
        using var one = ServiceFixture.Client(api, ServiceFixture.Key);
        using var two = ServiceFixture.Client(api, other);
        var request = await RequestAsync();
        var first = (await FineTuning.SendAsync(one, request).JsonAsync()).Text("id");
        (await FineTuning.SendAsync(two, request).JsonAsync()).Text("id").ShouldNotBe(first);
        (await IdAsync(request)).ShouldBe(first, "another server, but the same key");
        await api.StopAsync();
    }

    [Fact]
    public async Task Cancelling_and_resuming_again_because_the_answer_was_lost_changes_nothing()
    {
        var path = $"{FineTuning.Jobs}/{await IdAsync(await RequestAsync())}";
        foreach (var (verb, status) in new[] { ("cancel", "cancelled"), ("resume", "queued"), ("pause", "cancelled") })
            foreach (var count in new[] { "0", "1" })
                (await service.Http.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"{path}/{verb}") { Headers = { { Count, count } } }).JsonAsync()).Text("status").ShouldBe(status);
        (await service.Http.GetAsync($"{path}/events").JsonAsync()).Items("data").Count.ShouldBe(4);
    }

    [Fact]
    public async Task An_idempotency_key_gives_the_first_job_again_and_refuses_another_request()
    {
        var (key, request) = (("Idempotency-Key", Guid.NewGuid().ToString()), await RequestAsync());
        var first = await IdAsync(request, key);
        (await IdAsync(request, key, (Count, "0"))).ShouldBe(first);
        request["seed"] = 2;
        await FineTuning.SendAsync(service.Http, request, key).ProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused", "Idempotency-Key");
        await FineTuning.SendAsync(service.Http, request, ("Idempotency-Key", new string('k', 256))).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "Idempotency-Key");
    }

    [Fact]
    public async Task The_official_dotnet_client_resends_what_it_has_no_answer_to_and_there_is_one_job()
    {
        var request = await RequestAsync();
        await using var proxy = await LossyProxy.StartAsync(service.Address, LossyProxy.Drop, 503, 429);
        var options = new OpenAIClientOptions { Endpoint = new Uri(proxy.Address, "/v1") };
        var client = new OpenAIClient(new ApiKeyCredential(ServiceFixture.Key), options).GetFineTuningClient();
        var job = await client.FineTuneAsync(BinaryContent.Create(BinaryData.FromString(request.ToJsonString())), waitUntilCompleted: false, options: null);
        proxy.Posts.Count.ShouldBe(4);
        proxy.Posts.ShouldAllBe(p => !p.ContainsKey(Count) && !p.ContainsKey("idempotency-key"));
        (await FineTuning.CountAsync(service.Http, (string)request["training_file"]!)).ShouldBe(1);
        (await service.Http.GetAsync($"{QueuedJob.Jobs}/{job.JobId}").JsonAsync()).Text("dataset").ShouldBe((string)request["training_file"]!);
    }

    [Theory]
    [InlineData(LossyProxy.Drop, 503)]
    [InlineData(429, 409)]
    [InlineData(408, LossyProxy.Drop)]
    public async Task The_official_node_client_resends_what_it_has_no_answer_to_and_there_is_one_job(int firstLoss, int secondLoss)
    {
        var request = await RequestAsync();
        await using var proxy = await LossyProxy.StartAsync(service.Address, firstLoss, secondLoss);
        var said = await NodeClient.RunAsync("create.mjs", new Uri(proxy.Address, "/v1").ToString(), ServiceFixture.Key, request.ToJsonString());
        proxy.Posts.Select(p => p[Count]).ShouldBe(["0", "1", "2"]);
        (await FineTuning.CountAsync(service.Http, (string)request["training_file"]!)).ShouldBe(1);
        (await service.Http.GetAsync($"{FineTuning.Jobs}/{said.Text("id")}").JsonAsync()).Text("training_file").ShouldBe((string)request["training_file"]!);
    }

    private async Task<JsonObject> RequestAsync() => FineTuning.Request((await QueuedJob.DatasetAsync(service.Http)).Name);

    private async Task<string> IdAsync(JsonObject request, params (string, string)[] headers) =>
        (await FineTuning.SendAsync(service.Http, request, headers).JsonAsync()).Text("id")!;

    private async Task AgeAsync(string job, int minutes)
    {
        await using var source = NpgsqlDataSource.Create(service.ConnectionString);
        await using var command = source.CreateCommand("update training_job set created_at = now() - make_interval(mins => $1) where id = $2");
        command.Parameters.Add(new() { Value = minutes });
        command.Parameters.Add(new() { Value = Guid.Parse(job) });
        (await command.ExecuteNonQueryAsync()).ShouldBe(1);
    }
}
