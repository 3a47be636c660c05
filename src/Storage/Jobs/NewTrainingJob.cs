namespace ContrastiveService.Storage.Jobs;

/// <summary>
/// A job to create. <c>Plan</c> is JSON; <c>Queue</c> is a <see cref="Queue.QueueName"/>; <c>Pretrained</c> names the weights that the plan starts from;
/// <c>TargetDatasetId</c> is the data set that the target domain is in, where that is another one; <c>FineTuning</c> is what only a fine-tuning request says.
/// </summary>
public sealed record NewTrainingJob(string Name, Guid DatasetId, int DatasetVersion, string Plan, string Queue, int MaxAttempts = 3, string? Pretrained = null)
{
    public Guid? TargetDatasetId { get; init; }

    public int? TargetDatasetVersion { get; init; }

    public FineTuningTerms? FineTuning { get; init; }
}
