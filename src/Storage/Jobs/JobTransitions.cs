using ContrastiveService.Storage.Queue;

namespace ContrastiveService.Storage.Jobs;

/// <summary>Carries out moves: the row, its event, and the delivery in Hangfire, all or nothing.</summary>
public sealed class JobTransitions(Database database, JobDelivery delivery)
{
    /// <param name="id">The job.</param>
    /// <param name="decide">From the locked job, and whether its lease ran out, to the move; null to leave it.</param>
    /// <param name="lease">For moves into the running state.</param>
    /// <param name="cancellationToken">Rolls back.</param>
    /// <returns>The job after the move; null when there was none.</returns>
    internal async Task<TrainingJob?> MoveAsync(Guid id, Func<TrainingJob, bool, JobMove?> decide, TimeSpan? lease, CancellationToken cancellationToken)
    {
        using var scope = Database.BeginScope();
        TrainingJob before, after;
        await using (var connection = await database.Source.OpenConnectionAsync(cancellationToken))
        {
            if (await JobRow.LockAsync(connection, id, cancellationToken) is not var (job, leaseRanOut) || decide(job, leaseRanOut) is not { } move)
                return null;
            before = job;
            after = await JobRow.WriteAsync(connection, move, lease, cancellationToken);
        }
        // Only one that nobody has in hand: a worker reads the end of its delivery as its owner's wish. A delivery that comes too late finds nothing to claim.
        if (before is { State: JobState.Queued, HangfireId: { } waiting } && after.State != JobState.Running)
            delivery.Withdraw(waiting);
        if (after.State == JobState.Queued)
            after = await DeliverAsync(after, cancellationToken);
        scope.Complete();
        return after;
    }

    /// <summary>Enqueues and remembers under which id. Part of the caller's scope.</summary>
    internal async Task<TrainingJob> DeliverAsync(TrainingJob job, CancellationToken cancellationToken)
    {
        var hangfireId = delivery.Enqueue(job.Id, job.Queue);
        await database.ExecuteAsync("update training_job set hangfire_id = @hangfireId where id = @Id", new { job.Id, hangfireId }, cancellationToken);
        return job with { HangfireId = hangfireId };
    }
}
