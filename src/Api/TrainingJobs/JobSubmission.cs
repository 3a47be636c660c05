using System.Security.Cryptography;
using System.Text.Json;
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

    /// <exception cref="ApiException">A data set is not named or not there, or the idempotency key is too long.</exception>
    /// <exception cref="PlanException">The plan cannot be run.</exception>
    public async Task<(TrainingJob Job, bool Created)> SubmitAsync(JsonElement request, string idempotencyKey, CancellationToken cancellationToken)
    {
        if (idempotencyKey.Length > LongestKey)
            throw ApiException.BadRequest("Idempotency-Key", $"The idempotency key has {idempotencyKey.Length} characters; at most {LongestKey} are taken.");
        var data = await JobData.FindAsync(request, datasets, cancellationToken);
        var plan = TrainingPlan.Resolve(request, data.Facts);
        await pretrained.CheckAsync(plan, cancellationToken);
        var job = new NewTrainingJob(plan.Name, data.Dataset.Id, data.Dataset.Version, plan.ToJson(), QueueFor(plan.Device), Pretrained: plan.Backbone.Pretrained)
        {
            TargetDatasetId = data.TargetDataset?.Id,
            TargetDatasetVersion = data.TargetDataset?.Version,
        };
        return await jobs.CreateAsync(job, idempotencyKey.Length == 0 ? null : idempotencyKey, Hash(request), cancellationToken);
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
