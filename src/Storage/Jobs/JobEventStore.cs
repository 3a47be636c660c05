namespace ContrastiveService.Storage.Jobs;

/// <summary>What happened to a job, in order and without gaps.</summary>
public sealed class JobEventStore(Database database)
{
    /// <summary>Events with a sequence above <paramref name="after"/>, oldest first.</summary>
    public Task<IReadOnlyList<JobEvent>> ListAsync(Guid jobId, long after, int limit, CancellationToken cancellationToken)
    {
        const string sql = """
            select sequence, job_id as JobId, type, message, data, at from job_event where job_id = @jobId and sequence > @after order by sequence limit @limit
            """;
        return database.QueryAsync<JobEvent>(sql, new { jobId, after, limit }, cancellationToken);
    }

    /// <summary>Events with a sequence below <paramref name="before"/>, newest first.</summary>
    public Task<IReadOnlyList<JobEvent>> ListNewestAsync(Guid jobId, long before, int limit, CancellationToken cancellationToken)
    {
        const string sql = """
            select sequence, job_id as JobId, type, message, data, at from job_event where job_id = @jobId and sequence < @before order by sequence desc limit @limit
            """;
        return database.QueryAsync<JobEvent>(sql, new { jobId, before, limit }, cancellationToken);
    }

    /// <summary>Adds an event on behalf of the worker, such as a warning. <paramref name="data"/> is JSON.</summary>
    /// <returns>False when the lease is lost; nothing was written.</returns>
    public async Task<bool> AppendAsync(JobLease lease, string type, string message, string? data, CancellationToken cancellationToken)
    {
        // The update of the job's row is what makes the sequence gapless: it is locked until the event is in.
        const string sql = $"""
            with mine as (
                update training_job set event_count = event_count + 1, {JobRow.Touch}
                where id = @JobId and fence = @Fence and state = 'running'
                returning id, event_count
            )
            insert into job_event (job_id, sequence, type, message, data) select id, event_count, @type, @message, @data::json from mine
            """;
        var parameters = new { lease.JobId, lease.Fence, type, message = StoredText.Clean(message), data };
        return await database.ExecuteAsync(sql, parameters, cancellationToken) > 0;
    }
}
