namespace ContrastiveService.Storage.Jobs;

/// <summary>
/// A training job as its row says. <c>Plan</c> and <c>Progress</c> are JSON, kept to the letter; <c>Revision</c> grows with every change that a reader
/// can see, except the lease's. <c>TargetDatasetId</c> is the data set of the target domain where that is another one.
/// </summary>
public sealed record TrainingJob(
    Guid Id,
    string Name,
    Guid DatasetId,
    int DatasetVersion,
    string Plan,
    string State,
    string Queue,
    int Attempt,
    int MaxAttempts,
    long Fence,
    string? Worker,
    DateTime? LeaseUntil,
    bool CancelRequested,
    string? Progress,
    string? Error,
    string? HangfireId,
    string? ModelVersion,
    DateTime CreatedAt,
    DateTime UpdatedAt,
    DateTime? StartedAt,
    DateTime? FinishedAt,
    long Revision,
    Guid? TargetDatasetId,
    int? TargetDatasetVersion);
