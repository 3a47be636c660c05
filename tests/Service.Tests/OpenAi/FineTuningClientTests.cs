#pragma warning disable OPENAI001 // The official client marks its fine-tuning as experimental.
using System.ClientModel;
using ContrastiveService.Service.Tests.TrainingJobs;
using ContrastiveService.Service.Tests.Worker;
using OpenAI;
using OpenAI.FineTuning;

namespace ContrastiveService.Service.Tests.OpenAi;

[Collection(RunningService.Name)]
public sealed class FineTuningClientTests(ServiceFixture service)
{
    private OpenAIClient Client(string key = ServiceFixture.Key) =>
        new(new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new Uri(service.Address, "/v1") });

    [Fact]
    public async Task The_official_dotnet_client_trains_a_model_and_embeds_with_it()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        await set.ImportAsync(
            TestArchives.Zip([.. Enumerable.Range(0, 48).Select(i => ($"{(i % 2 == 0 ? "lying" : "standing")}/{i}.png", TestPictures.Bar(i, i)))]));
        using var worker = WorkerProcess.Start(service.ConnectionString, service.Cache);
        var client = Client();
        var options = new FineTuningOptions
        {
            Suffix = "mine",
            Seed = 7,
            TrainingMethod = FineTuningTrainingMethod.CreateSupervised(batchSize: 16, epochCount: 2, learningRate: 0.5),
            Metadata = { ["owner"] = "tests" },
        };
        var job = await client.GetFineTuningClient().FineTuneAsync("seed-convnet", set.Name, waitUntilCompleted: true, options);

        job.Status.ShouldBe(FineTuningStatus.Succeeded, worker.Output);
        job.Value.ShouldBe($"{set.Name}-mine:1");
        (job.BaseModel, job.TrainingFileId, job.UserProvidedSuffix, job.Seed, job.Metadata["owner"]).ShouldBe(("seed-convnet", set.Name, "mine", 7, "tests"));
        var used = job.MethodHyperparameters.ShouldBeOfType<HyperparametersForSupervised>();
        (used.BatchSize, used.EpochCount, used.LearningRateMultiplier).ShouldBe((16, 2, 0.5f));

        var events = await ListAsync(job.GetEventsAsync(new GetEventsOptions { PageSize = 2 }));
        events[0].Message.ShouldBe($"Model {set.Name}-mine:1 is ready.");
        events[^1].Message.ShouldStartWith("Queued");
        events.ShouldContain(e => e.Kind == FineTuningJobEventKind.Metrics);
        var checkpoints = await ListAsync(job.GetCheckpointsAsync(new GetCheckpointsOptions { PageSize = 1 }));
        checkpoints.ShouldNotBeEmpty();
        checkpoints.Select(c => c.StepNumber).ShouldBeInOrder(SortDirection.Descending);
        checkpoints.Where(c => c.ModelId is not null).ShouldHaveSingleItem("one became the model, and of the others none is said to be one").ModelId.ShouldBe(job.Value);
        checkpoints.ShouldAllBe(c => c.JobId == job.JobId && c.Metrics.StepNumber == c.StepNumber);

        var embedding = (await client.GetEmbeddingClient(job.Value).GenerateEmbeddingAsync(TestPictures.DataUri(TrainedModel.Picture(3)))).Value;
        embedding.ToFloats().Length.ShouldBe(TrainedModel.Width);
        (await client.GetFineTuningClient().GetJobsAsync(new FineTuningJobCollectionOptions { PageSize = 1 }).FirstAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task The_official_dotnet_client_lists_cancels_and_meets_typed_errors()
    {
        var created = await FineTuning.CreateAsync(service.Http);
        var client = Client().GetFineTuningClient();
        var job = await client.GetJobAsync(created.Text("id"));
        (job.Status, job.Value).ShouldBe((FineTuningStatus.Queued, null));
        var listed = new List<string>();
        await foreach (var one in client.GetJobsAsync(new FineTuningJobCollectionOptions { PageSize = 3 }))
            listed.Add(one.JobId);
        listed.ShouldContain(job.JobId);
        listed.ShouldBeUnique();
        await job.CancelAndUpdateAsync();
        (job.Status, job.HasCompleted).ShouldBe((FineTuningStatus.Cancelled, true));

        (await FaultAsync(() => client.GetJobAsync("ftjob-none"))).Status.ShouldBe(404);
        (await FaultAsync(() => client.FineTuneAsync("seed-convnet", "none", false))).Message.ShouldContain("dataset_not_found");
        var refused = await FaultAsync(() => client.FineTuneAsync("seed-convnet", created.Text("training_file")!, false, new FineTuningOptions { ValidationFile = "x" }));
        (refused.Status, refused.Message.Contains("validation_file", StringComparison.Ordinal)).ShouldBe((400, true));
        (await FaultAsync(() => Client("wrong").GetFineTuningClient().GetJobAsync(job.JobId))).Status.ShouldBe(401);

        static Task<ClientResultException> FaultAsync(Func<Task> call) => Should.ThrowAsync<ClientResultException>(call);
    }

    [Fact]
    public async Task The_official_node_client_does_all_of_it_and_meets_typed_errors()
    {
        var model = await service.ModelAsync();
        var set = await QueuedJob.DatasetAsync(service.Http);
        var request = FineTuning.Request(set.Name, $$"""{ "metadata": { "run": "{{Guid.NewGuid()}}" }, "method": { "type": "simclr", "temperature": 0.25 } }""");
        var said = await NodeClient.RunAsync("fine-tuning.mjs", new Uri(service.Address, "/v1").ToString(), ServiceFixture.Key, request.ToJsonString(), model.JobId);

        var (first, second) = (said.GetProperty("first"), said.GetProperty("second"));
        (first.Text("object"), first.Text("status"), first.GetProperty("method").GetProperty("temperature").GetDouble()).ShouldBe(("fine_tuning.job", "queued", 0.25));
        said.Items("listed").Select(id => id.GetString()).ShouldBe([second.Text("id"), first.Text("id")]);
        said.Items("states").Select(s => s.GetString()).ShouldBe(["cancelled", "queued", "cancelled"]);
        said.Items("events").Count.ShouldBe(4);
        said.Text("keyed").ShouldBe("cancelled");
        var done = said.GetProperty("done");
        (done.Text("status"), done.Text("fine_tuned_model"), done.Number("trained_tokens")).ShouldBe(("succeeded", $"{model.Name}:1", TrainedPictures));
        done.GetProperty("finished_at").GetInt64().ShouldBeGreaterThanOrEqualTo(done.GetProperty("created_at").GetInt64());
        said.Items("checkpoints").Count(c => c.Text("fine_tuned_model_checkpoint") == $"{model.Name}:1").ShouldBe(1);
        said.Items("checkpoints").ShouldAllBe(c => c.GetProperty("metrics").GetProperty("train_loss").GetDouble() > 0 && c.GetProperty("metrics").Number("step") == c.Number("step_number"));

        var faults = said.GetProperty("faults");
        foreach (var (name, status, code, param) in new[]
        {
            ("missing", 404, "job_not_found", null), ("data", 404, "dataset_not_found", "training_file"), ("member", 400, "invalid_value", "validation_file"),
            ("state", 409, "wrong_state", null), ("reused", 422, "idempotency_key_reused", "Idempotency-Key"), ("files", 404, "files_not_supported", null),
            ("stranger", 401, "invalid_api_key", (string?)null),
        })
        {
            var fault = faults.GetProperty(name);
            (fault.GetProperty("typed").GetBoolean(), fault.Number("status"), fault.Text("code"), fault.Text("param")).ShouldBe((true, status, code, param), name);
        }
    }

    // Two epochs of two steps of 16: of 36 pictures a part is held out, and what fills no batch is left out.
    private const int TrainedPictures = 64;

    private static async Task<IReadOnlyList<T>> ListAsync<T>(AsyncCollectionResult<T> found)
    {
        var items = new List<T>();
        await foreach (var item in found)
            items.Add(item);
        return items;
    }
}
