using ContrastiveService.Storage.Queue;

namespace ContrastiveService.Storage.Jobs;

/// <summary>Training jobs as their owners see them: create, read, cancel, resume.</summary>
public sealed class TrainingJobStore(Database database, JobDelivery delivery)
{
    /// <summary>Writes the row and enqueues the Hangfire job, both or neither. The same key with the same request hash gives the first job again.</summary>
    /// <exception cref="IdempotencyConflictException">The key came with another request hash.</exception>
    /// <exception cref="NotFoundException">The data set is gone.</exception>
    public Task<(TrainingJob Job, bool Created)> CreateAsync(
        NewTrainingJob job, string? idempotencyKey, string requestHash, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<TrainingJob?> GetAsync(Guid id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Jobs, newest first, those older than <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<TrainingJob>> ListAsync(Guid? after, int limit, string? state, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A queued job is cancelled at once; a running one is flagged and its worker ends it after a last checkpoint. Cancelling twice changes nothing.</summary>
    /// <returns>The job as it is now; null if there is none.</returns>
    /// <exception cref="JobStateException">It has succeeded or failed.</exception>
    public Task<TrainingJob?> RequestCancelAsync(Guid id, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Puts a cancelled or failed job back into the queue with all its attempts; it goes on from its last checkpoint.</summary>
    /// <returns>The job as it is now; null if there is none.</returns>
    /// <exception cref="JobStateException">It is in another state, or its data set is gone.</exception>
    public Task<TrainingJob?> ResumeAsync(Guid id, CancellationToken cancellationToken) => throw new NotImplementedException();
}
