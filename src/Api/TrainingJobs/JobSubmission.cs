using System.Security.Cryptography;
using System.Text;
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
        var key = CheckKey(idempotencyKey);
        var data = await JobData.FindAsync(request, datasets, cancellationToken);
        var job = await PrepareAsync(data, TrainingPlan.Resolve(request, data.Facts), cancellationToken);
        return await jobs.CreateAsync(job, key, Hash(request), cancellationToken);
    }

    /// <returns>Null where none was sent.</returns>
    /// <exception cref="ApiException">The key is too long.</exception>
    public static string? CheckKey(string idempotencyKey) => idempotencyKey.Length switch
    {
        0 => null,
        <= LongestKey => idempotencyKey,
        _ => throw ApiException.BadRequest("Idempotency-Key", $"The idempotency key has {idempotencyKey.Length} characters; at most {LongestKey} are taken."),
    };

    /// <summary>The job that this plan makes of this data.</summary>
    /// <exception cref="PlanException">The weights that it starts from are not there, or belong to another architecture.</exception>
    public async Task<NewTrainingJob> PrepareAsync(JobData data, TrainingPlan plan, CancellationToken cancellationToken)
    {
        await pretrained.CheckAsync(plan, cancellationToken);
        return new(plan.Name, data.Dataset.Id, data.Dataset.Version, plan.ToJson(), QueueFor(plan.Device), Pretrained: plan.Backbone.Pretrained)
        {
            TargetDatasetId = data.TargetDataset?.Id,
            TargetDatasetVersion = data.TargetDataset?.Version,
        };
    }

    /// <summary>Over the members as sent but without white space: a body that is only laid out otherwise is the same request.</summary>
    /// <param name="request">The body.</param>
    /// <param name="scope">Requests of one scope alone are compared.</param>
    public static string Hash(JsonElement request, string scope = "") =>
        Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(scope), .. JsonSerializer.SerializeToUtf8Bytes(request)]));

    private string QueueFor(DeviceKind device) => device switch
    {
        DeviceKind.Cpu => QueueName.Cpu,
        DeviceKind.Gpu => QueueName.Gpu,
        _ => workers.Serves(QueueName.Gpu) ? QueueName.Gpu : QueueName.Cpu,
    };
}
