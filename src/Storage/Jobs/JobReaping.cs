using Npgsql;

namespace ContrastiveService.Storage.Jobs;

/// <summary>Finds jobs that nobody works on although they are not ended: their worker is gone, or Hangfire lost their delivery.</summary>
public sealed class JobReaping(Database database, JobTransitions transitions)
{
    const long Lock = 0x7265617065723031;

    /// <summary>
    /// Gives jobs whose lease ran out back to the queue (or ends them), and enqueues queued jobs again that Hangfire no longer delivers.
    /// Does nothing while another process is at it.
    /// </summary>
    public async Task<ReapResult> ReapAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var take = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = Lock } } };
        if (await take.ExecuteScalarAsync(cancellationToken) is not true)
            return new ReapResult(0, 0, 0, 0);
        try
        {
            var expired = await ExpireAsync(cancellationToken);
            var redelivered = await RedeliverAsync(cancellationToken);
            return new ReapResult(
                expired.Count(job => job.State == JobState.Queued),
                expired.Count(job => job.State == JobState.Failed),
                expired.Count(job => job.State == JobState.Cancelled),
                redelivered);
        }
        finally
        {
            await using var release = new NpgsqlCommand("select pg_advisory_unlock($1)", connection) { Parameters = { new() { Value = Lock } } };
            await release.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    async Task<List<TrainingJob>> ExpireAsync(CancellationToken cancellationToken)
    {
        const string sql = "select id from training_job where state = 'running' and lease_until < now()";
        var moved = new List<TrainingJob>();
        foreach (var id in await database.QueryAsync<Guid>(sql, null, cancellationToken))
        {
            if (await transitions.MoveAsync(id, JobLifecycle.Expire, null, cancellationToken) is { } job)
                moved.Add(job);
        }
        return moved;
    }

    async Task<int> RedeliverAsync(CancellationToken cancellationToken)
    {
        // A delivery is alive while it waits in its queue. Fetched and not claimed within half a minute, its worker died in between;
        // Hangfire would come to the same conclusion later, and a second delivery of a claimed job does nothing.
        const string sql = """
            select j.id as Id, j.hangfire_id as Lost from training_job j
            where j.state = 'queued' and not exists (
                select from hangfire.jobqueue q join hangfire.job h on h.id = q.jobid
                where q.jobid::text = j.hangfire_id and h.statename in ('Enqueued', 'Processing')
                  and (q.fetchedat is null or q.fetchedat > now() at time zone 'utc' - interval '30 seconds'))
            """;
        var redelivered = 0;
        foreach (var queued in await database.QueryAsync<Delivery>(sql, null, cancellationToken))
        {
            if (await transitions.MoveAsync(queued.Id, (job, _) => JobLifecycle.Redeliver(job, queued.Lost), null, cancellationToken) is not null)
                redelivered++;
        }
        return redelivered;
    }

    sealed record Delivery(Guid Id, string? Lost);
}
