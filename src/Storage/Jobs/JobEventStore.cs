namespace ContrastiveService.Storage.Jobs;

/// <summary>What happened to a job, in order and without gaps.</summary>
public sealed class JobEventStore(Database database)
{
    /// <summary>Events with a sequence above <paramref name="after"/>, oldest first.</summary>
    public Task<IReadOnlyList<JobEvent>> ListAsync(Guid jobId, long after, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Adds an event on behalf of the worker, such as a warning. <paramref name="data"/> is JSON.</summary>
    /// <returns>False when the lease is lost; nothing was written.</returns>
    public Task<bool> AppendAsync(JobLease lease, string type, string message, string? data, CancellationToken cancellationToken) => throw new NotImplementedException();
}
