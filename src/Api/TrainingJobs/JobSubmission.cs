using System.Security.Cryptography;
using System.Text.Json;
using ContrastiveService.Api.Datasets;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Queue;
using ContrastiveService.Training;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Api.TrainingJobs;

/// <summary>From a request to a queued job: the plan is filled in and checked against the data before anything is written.</summary>
sealed class JobSubmission(DatasetStore datasets, TrainingJobStore jobs, WorkerView workers, PretrainedCheck pretrained)
{
    private const int LongestKey = 255;

    /// <exception cref="ApiException">The data set is not named or not there, or the idempotency key is too long.</exception>
    /// <exception cref="PlanException">The plan cannot be run.</exception>
    public async Task<(TrainingJob Job, bool Created)> SubmitAsync(JsonElement request, string idempotencyKey, CancellationToken cancellationToken)
    {
        if (idempotencyKey.Length > LongestKey)
            throw ApiException.BadRequest("Idempotency-Key", $"The idempotency key has {idempotencyKey.Length} characters; at most {LongestKey} are taken.");
        var dataset = await datasets.FindAsync(DatasetName(request), cancellationToken, "dataset");
        var plan = TrainingPlan.Resolve(request, await FactsAsync(dataset, cancellationToken));
        await pretrained.CheckAsync(plan, cancellationToken);
        var job = new NewTrainingJob(plan.Name, dataset.Id, dataset.Version, plan.ToJson(), QueueFor(plan.Device), Pretrained: plan.Backbone.Pretrained);
        return await jobs.CreateAsync(job, idempotencyKey.Length == 0 ? null : idempotencyKey, Hash(request), cancellationToken);
    }

    private static string DatasetName(JsonElement request) =>
        request.ValueKind == JsonValueKind.Object && request.TryGetProperty("dataset", out var name) && name.ValueKind == JsonValueKind.String
            ? name.GetString()!
            : throw ApiException.BadRequest("dataset", "dataset is needed: the name of the data set to train on.");

    private async Task<DatasetFacts> FactsAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        if (dataset.Items == 0)
            throw new PlanException("dataset", $"'{dataset.Name}' has no pictures. Upload some first.");
        var s = await datasets.StatisticsAsync(dataset.Id, dataset.Version, cancellationToken);
        return new DatasetFacts(s.Training.Items, s.Training.Labeled, s.Training.Classes, s.Channels, s.Width, s.Height);
    }

    private string QueueFor(DeviceKind device) => device switch
    {
        DeviceKind.Cpu => QueueName.Cpu,
        DeviceKind.Gpu => QueueName.Gpu,
        _ => workers.Serves(QueueName.Gpu) ? QueueName.Gpu : QueueName.Cpu,
    };

    // Over the members as sent but without white space: a body that is only laid out otherwise is the same request.
    private static string Hash(JsonElement request) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request)));
}
