using System.Text.Json.Nodes;
using ContrastiveService.Local.Rest;
using ContrastiveService.Local.Terminal;

namespace ContrastiveService.Local.Sample;

/// <summary>Trains on the sample pictures by asking the service to, and follows the job to its end.</summary>
internal sealed class SampleTraining(ServiceClient service, IRunView view, string samplesPath)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(300);

    /// <summary>The job that an earlier start left unfinished; a worker goes on with it by itself.</summary>
    public async Task<TrainingJobView?> FindUnfinishedAsync(FashionMnist sample, CancellationToken ct)
    {
        foreach (var state in new[] { "running", "queued" })
        {
            var jobs = await service.GetAsync<JobPage>($"training-jobs?state={state}&limit=1000", ct);
            if (jobs.Items.FirstOrDefault(job => job.Name == sample.Name) is { } found)
                return await service.GetAsync<TrainingJobView>($"training-jobs/{found.Id}", ct);
        }

        return null;
    }

    public async Task<TrainingJobView> StartAsync(FashionMnist sample, CancellationToken ct)
    {
        var plans = Path.Combine(samplesPath, "fashion-mnist.json");
        var plan = JsonNode.Parse(await File.ReadAllTextAsync(plans, ct))?[sample.Name] ?? throw new LocalException($"{plans} has no plan for {sample.Name}.");
        return await service.PostAsync<TrainingJobView>("training-jobs", plan, ct);
    }

    public Task CancelAsync(TrainingJobView job, CancellationToken ct) => service.PostAsync<JsonObject>($"training-jobs/{job.Id}/cancel", null, ct);

    /// <exception cref="LocalException">It did not succeed; the message says why.</exception>
    public async Task<TrainingJobView> FollowAsync(TrainingJobView job, CancellationToken ct)
    {
        await view.TrainAsync(async show =>
        {
            while (!job.Ended)
            {
                if (job.Progress is { } progress)
                    show(progress);
                await Task.Delay(LookEvery, ct);
                job = await service.GetAsync<TrainingJobView>($"training-jobs/{job.Id}", ct);
            }

            if (job.Progress is { } last)
                show(last);
        });
        return job.State == "succeeded" ? job : throw new LocalException($"Training job {job.Id} {job.State}: {job.Error}");
    }

    private sealed record JobPage(IReadOnlyList<JobRow> Items);

    private sealed record JobRow(Guid Id, string Name);
}
