using System.Net;
using System.Net.Http.Json;
using ContrastiveService.Service.Tests.TrainingJobs;
using ContrastiveService.Service.Tests.Worker;

namespace ContrastiveService.Service.Tests.Weights;

[Collection(RunningService.Name)]
public sealed class PretrainedJobTests(ServiceFixture service)
{
    [Fact]
    public async Task Weights_that_were_downloaded_from_one_job_start_another_and_may_be_deleted_after_it()
    {
        var (http, model, name) = (service.Http, await service.ModelAsync(), $"weights-{Guid.NewGuid():N}");
        var checkpoint = (await http.GetAsync($"{QueuedJob.Jobs}/{model.JobId}/checkpoints").JsonAsync()).EnumerateArray().First().Text("id");
        var file = await http.GetByteArrayAsync($"/api/v1/checkpoints/{checkpoint}/weights");
        await http.PostAsync($"/api/v1/weights?name={name}", new ByteArrayContent(file)).JsonAsync(HttpStatusCode.Created);

        var job = await http.PostAsJsonAsync(QueuedJob.Jobs, new
        {
            name,
            dataset = model.Data.Name,
            method = "simclr",
            backbone = new { type = "seed-convnet", pretrained = name, freeze = 1 },
            epochs = 1,
            batchSize = 16,
        }).JsonAsync(HttpStatusCode.Accepted);
        job.GetProperty("plan").GetProperty("backbone").Text("pretrained").ShouldBe(name);
        (await http.DeleteAsync($"/api/v1/weights/{name}").ProblemAsync(HttpStatusCode.Conflict, "in_use")).ShouldContain(job.Text("id")!);

        var cache = Directory.CreateTempSubdirectory("pretrained-");
        using (var worker = WorkerProcess.Start(service.ConnectionString, cache.FullName))
            await Eventually.Get("the job to succeed", async () => (await http.GetAsync($"{QueuedJob.Jobs}/{job.Text("id")}").JsonAsync()).Text("state") == "succeeded" ? job.Text("id") : null);
        cache.Delete(recursive: true);

        var note = (await http.GetAsync($"{QueuedJob.Jobs}/{job.Text("id")}/events?limit=1000").JsonAsync()).Items().Single(e => e.Text("type") == "pretrained");
        note.Text("message").ShouldStartWith("6 of 6 tensors matched");
        note.GetProperty("data").Items("matched").Count.ShouldBe(6);
        using var deleted = await http.DeleteAsync($"/api/v1/weights/{name}");
        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var png = new ByteArrayContent(TrainedModel.Picture(1)) { Headers = { ContentType = new("image/png") } };
        await http.PostAsync($"/api/v1/embeddings?model={name}", png).JsonAsync();
    }
}
