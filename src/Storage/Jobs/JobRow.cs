using Dapper;
using Npgsql;

namespace ContrastiveService.Storage.Jobs;

/// <summary>The row of a training job inside a transaction: locked, judged, written together with its event.</summary>
static class JobRow
{
    public const string Columns =
        """
        id, name, dataset_id as DatasetId, dataset_version as DatasetVersion, plan, state, queue, attempt, max_attempts as MaxAttempts, fence, worker,
        lease_until as LeaseUntil, cancel_requested as CancelRequested, progress, error, hangfire_id as HangfireId, model_version as ModelVersion,
        created_at as CreatedAt, updated_at as UpdatedAt, started_at as StartedAt, finished_at as FinishedAt, revision,
        target_dataset_id as TargetDatasetId, target_dataset_version as TargetDatasetVersion
        """;

    /// <summary>What every change that a reader can see does to the row.</summary>
    public const string Touch = "revision = revision + 1, updated_at = now()";

    /// <summary>The lease by the database's clock, the only one that all workers share.</summary>
    public static async Task<(TrainingJob Job, bool LeaseRanOut)?> LockAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        const string sql = $"select {Columns} from training_job where id = @id for update";
        if (await connection.QueryFirstOrDefaultAsync<TrainingJob>(new CommandDefinition(sql, new { id }, cancellationToken: cancellationToken)) is not { } job)
            return null;
        var now = await connection.ExecuteScalarAsync<DateTime>(new CommandDefinition("select clock_timestamp()", cancellationToken: cancellationToken));
        return (job, job.LeaseUntil < now);
    }

    /// <summary>
    /// Writes a move and its event. <paramref name="lease"/> is needed to enter the running state; a job that stays there keeps the one it has.
    /// </summary>
    public static Task<TrainingJob> WriteAsync(NpgsqlConnection connection, JobMove move, TimeSpan? lease, CancellationToken cancellationToken)
    {
        const string sql = $"""
            with moved as (
                update training_job set
                    state = @State, worker = @Worker, attempt = @Attempt, fence = @Fence, cancel_requested = @CancelRequested,
                    error = @Error, model_version = @ModelVersion, event_count = event_count + 1, {Touch},
                    lease_until = case when @State = 'running' then coalesce(now() + make_interval(secs => @lease), lease_until) end,
                    started_at = case when @State = 'running' then coalesce(started_at, now()) else started_at end,
                    finished_at = case when @State in ('succeeded', 'failed', 'cancelled') then now() end
                where id = @Id
                returning *
            ), noted as (
                insert into job_event (job_id, sequence, type, message) select id, event_count, @Type, @Message from moved
            )
            select {Columns} from moved
            """;
        var next = move.Next;
        var parameters = new
        {
            next.Id,
            next.State,
            next.Worker,
            next.Attempt,
            next.Fence,
            next.CancelRequested,
            next.Error,
            next.ModelVersion,
            move.Type,
            move.Message,
            lease = lease?.TotalSeconds,
        };
        return connection.QuerySingleAsync<TrainingJob>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }
}
