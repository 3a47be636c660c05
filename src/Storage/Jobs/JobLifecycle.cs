namespace ContrastiveService.Storage.Jobs;

/// <summary>
/// The life of a training job, as pure functions from the job as it is to the move it makes; null where it makes none.
/// <c>queued → running → succeeded | failed | cancelled</c>, and back to queued when a worker stops, breaks or disappears.
/// </summary>
static class JobLifecycle
{
    public static JobMove? Claim(TrainingJob job, bool leaseRanOut, string worker) => job switch
    {
        { State: JobState.Queued, CancelRequested: true } => Cancelled(job),
        { State: JobState.Running } => Expire(job, leaseRanOut) switch
        {
            { Next: { State: JobState.Queued } waiting } => Claim(waiting, leaseRanOut, worker),
            var ended => ended,
        },
        { State: JobState.Queued } when job.Attempt >= job.MaxAttempts => Failed(job, $"No attempt of {job.MaxAttempts} is left."),
        { State: JobState.Queued } => new JobMove(
            job with { State = JobState.Running, Worker = worker, Attempt = job.Attempt + 1, Fence = job.Fence + 1 },
            "started",
            $"Attempt {job.Attempt + 1} of {job.MaxAttempts} on {worker}."),
        _ => null,
    };

    public static JobMove? HandBack(TrainingJob job) => job.CancelRequested
        ? Cancelled(job)
        : new JobMove(Waiting(job) with { Attempt = job.Attempt - 1 }, "handed-back", $"{job.Worker} stopped and gave the job back.");

    public static JobMove? Retry(TrainingJob job, string error) => job switch
    {
        { CancelRequested: true } => Cancelled(job),
        _ when job.Attempt >= job.MaxAttempts => Failed(job, job.MaxAttempts == 1 ? error : $"{error} (attempt {job.Attempt} of {job.MaxAttempts})"),
        _ => new JobMove(Waiting(job) with { Error = error }, "retrying", $"Attempt {job.Attempt} of {job.MaxAttempts} failed: {error}"),
    };

    /// <summary>The worker is silent: whatever it did since its last checkpoint is lost.</summary>
    public static JobMove? Expire(TrainingJob job, bool leaseRanOut) =>
        job.State == JobState.Running && leaseRanOut ? Retry(job, $"{job.Worker} stopped answering.") : null;

    public static JobMove Failed(TrainingJob job, string error) =>
        new(Ended(job, JobState.Failed) with { Error = error }, "failed", error);

    public static JobMove Cancelled(TrainingJob job) =>
        new(Ended(job, JobState.Cancelled) with { CancelRequested = true, Error = null }, "cancelled", "Cancelled.");

    public static JobMove Succeeded(TrainingJob job, string modelVersion) =>
        new(
            Ended(job, JobState.Succeeded) with { ModelVersion = modelVersion, CancelRequested = false, Error = null },
            "succeeded",
            $"Model {modelVersion} is ready.");

    public static JobMove? RequestCancel(TrainingJob job) => job switch
    {
        { State: JobState.Queued } => Cancelled(job),
        { State: JobState.Running, CancelRequested: false } =>
            new JobMove(job with { CancelRequested = true }, "cancel-requested", $"{job.Worker} will store a checkpoint and stop."),
        { State: JobState.Running } or { State: JobState.Cancelled } => null,
        _ => throw new JobStateException($"Training job {job.Id} has {job.State} already; only a queued or running job can be cancelled."),
    };

    public static JobMove Resume(TrainingJob job, bool hasData) => job switch
    {
        not { State: JobState.Cancelled or JobState.Failed } =>
            throw new JobStateException($"Training job {job.Id} is {job.State}; only a cancelled or failed job can be resumed."),
        _ when !hasData => throw new JobStateException($"Training job {job.Id} cannot be resumed: its data set was deleted."),
        _ => new JobMove(Waiting(job) with { Attempt = 0, CancelRequested = false, Error = null }, "resumed", "Queued again; goes on from its last checkpoint."),
    };

    /// <summary>Hangfire has lost the delivery of a queued job.</summary>
    public static JobMove? Redeliver(TrainingJob job, string? lost) => job.State == JobState.Queued && job.HangfireId == lost
        ? new JobMove(job, "redelivered", "Its place in the queue was lost; queued again.")
        : null;

    static TrainingJob Waiting(TrainingJob job) => job with { State = JobState.Queued, Worker = null };

    static TrainingJob Ended(TrainingJob job, string state) => job with { State = state };
}
