using ContrastiveService.Storage.Queue;

namespace ContrastiveService.Storage.Jobs;

/// <summary>
/// Training jobs as their workers see them. Hangfire may deliver a job twice; the lease and its fence decide who works on it and who may write.
/// Methods that return a bool say whether the lease still held; if not, they changed nothing.
/// </summary>
public sealed class JobLeaseStore(Database database, JobDelivery delivery)
{
    /// <summary>Takes a queued job, or a running one whose lease ran out. A job without attempts left becomes failed instead.</summary>
    /// <returns>Null when there is nothing to do: the job is taken, ended, or unknown.</returns>
    public Task<JobLease?> ClaimAsync(Guid jobId, string worker, TimeSpan duration, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Extends the lease from now on.</summary>
    public Task<LeaseState> RenewAsync(JobLease lease, TimeSpan duration, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The same answer without writing, cheap enough to ask every second.</summary>
    public Task<LeaseState> CheckAsync(JobLease lease, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The worker stops in good order: back into the queue, and the attempt does not count. A job that was to be cancelled is cancelled.</summary>
    public Task<bool> HandBackAsync(JobLease lease, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The attempt broke: back into the queue, or failed with <paramref name="error"/> when it was the last one.</summary>
    public Task<bool> RetryAsync(JobLease lease, string error, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>It cannot succeed however often it is tried.</summary>
    public Task<bool> FailAsync(JobLease lease, string error, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<bool> CancelledAsync(JobLease lease, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Replaces the job's progress, a JSON object.</summary>
    public Task<bool> ProgressAsync(JobLease lease, string progress, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>
    /// Gives jobs whose lease ran out back to the queue (or ends them), and enqueues queued jobs again that Hangfire no longer knows.
    /// Does nothing while another process does it.
    /// </summary>
    public Task<ReapResult> ReapAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
