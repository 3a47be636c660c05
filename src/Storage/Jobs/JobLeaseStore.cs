namespace ContrastiveService.Storage.Jobs;

/// <summary>
/// Training jobs as their workers see them. Hangfire may deliver a job twice; the lease and its fence decide who works on it and who may write.
/// Methods that return a bool say whether the lease still held; if not, they changed nothing.
/// </summary>
public sealed class JobLeaseStore(Database database, JobTransitions transitions)
{
    const string Mine = "id = @JobId and fence = @Fence and state = 'running'";

    /// <summary>Takes a queued job, or a running one whose lease ran out. A job without attempts left becomes failed instead.</summary>
    /// <returns>Null when there is nothing to do: the job is taken, ended, or unknown.</returns>
    public async Task<JobLease?> ClaimAsync(Guid jobId, string worker, TimeSpan duration, CancellationToken cancellationToken)
    {
        var job = await transitions.MoveAsync(jobId, (job, leaseRanOut) => JobLifecycle.Claim(job, leaseRanOut, worker), duration, cancellationToken);
        return job?.State == JobState.Running ? new JobLease(jobId, job.Fence, job.Attempt, worker) : null;
    }

    /// <summary>Extends the lease to <paramref name="duration"/> from now.</summary>
    public Task<LeaseState> RenewAsync(JobLease lease, TimeSpan duration, CancellationToken cancellationToken) => StateAsync(
        $"update training_job set lease_until = now() + make_interval(secs => @seconds) where {Mine} returning cancel_requested",
        new { lease.JobId, lease.Fence, seconds = duration.TotalSeconds },
        cancellationToken);

    /// <summary>The same answer without writing, cheap enough to ask every second.</summary>
    public Task<LeaseState> CheckAsync(JobLease lease, CancellationToken cancellationToken) =>
        StateAsync($"select cancel_requested from training_job where {Mine}", new { lease.JobId, lease.Fence }, cancellationToken);

    /// <summary>The worker stops in good order: back into the queue, and the attempt does not count. A job that was to be cancelled is cancelled.</summary>
    public Task<bool> HandBackAsync(JobLease lease, CancellationToken cancellationToken) => MoveAsync(lease, JobLifecycle.HandBack, cancellationToken);

    /// <summary>The attempt broke: back into the queue, or failed with <paramref name="error"/> when it was the last one.</summary>
    public Task<bool> RetryAsync(JobLease lease, string error, CancellationToken cancellationToken) =>
        MoveAsync(lease, job => JobLifecycle.Retry(job, StoredText.Clean(error)), cancellationToken);

    /// <summary>It cannot succeed however often it is tried.</summary>
    public Task<bool> FailAsync(JobLease lease, string error, CancellationToken cancellationToken) =>
        MoveAsync(lease, job => JobLifecycle.Failed(job, StoredText.Clean(error)), cancellationToken);

    /// <summary>The worker has done what was asked by <see cref="TrainingJobStore.RequestCancelAsync"/>.</summary>
    public Task<bool> CancelledAsync(JobLease lease, CancellationToken cancellationToken) => MoveAsync(lease, JobLifecycle.Cancelled, cancellationToken);

    /// <summary>Replaces the job's progress, a JSON object.</summary>
    public async Task<bool> ProgressAsync(JobLease lease, string progress, CancellationToken cancellationToken)
    {
        const string sql = $"update training_job set progress = @progress::json, {JobRow.Touch} where {Mine}";
        return await database.ExecuteAsync(sql, new { lease.JobId, lease.Fence, progress }, cancellationToken) > 0;
    }

    async Task<bool> MoveAsync(JobLease lease, Func<TrainingJob, JobMove?> decide, CancellationToken cancellationToken) =>
        await transitions.MoveAsync(lease.JobId, (job, _) => lease.Holds(job) ? decide(job) : null, null, cancellationToken) is not null;

    async Task<LeaseState> StateAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        await database.FirstAsync<bool?>(sql, parameters, cancellationToken) is { } cancelRequested
            ? new LeaseState(StillMine: true, cancelRequested)
            : new LeaseState(StillMine: false, CancelRequested: false);
}
