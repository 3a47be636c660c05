namespace ContrastiveService.Storage.Jobs;

/// <summary>Checkpoints of jobs: whole or absent, and never in memory as a whole.</summary>
public sealed class CheckpointStore(Database database)
{
    /// <summary>Stores <paramref name="content"/> from its position to its end and prunes the job's checkpoints to the <paramref name="keep"/> newest, the best, and those of model versions.</summary>
    /// <returns>Null when the lease is lost; nothing was written.</returns>
    public Task<Guid?> SaveAsync(JobLease lease, CheckpointInfo info, Stream content, int keep, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A job's checkpoints, newest first.</summary>
    public Task<IReadOnlyList<Checkpoint>> ListAsync(Guid jobId, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<Checkpoint?> GetAsync(Guid id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The one to go on from.</summary>
    public Task<Checkpoint?> LatestAsync(Guid jobId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The one with the highest score; the newest where none has one.</summary>
    public Task<Checkpoint?> BestAsync(Guid jobId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A seekable stream that holds one chunk at a time and checks each one it reads.</summary>
    /// <exception cref="NotFoundException">No such checkpoint.</exception>
    public Task<Stream> OpenReadAsync(Guid id, CancellationToken cancellationToken) => throw new NotImplementedException();
}
