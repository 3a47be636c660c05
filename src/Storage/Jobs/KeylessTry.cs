using System.Diagnostics;
using Dapper;
using Npgsql;

namespace ContrastiveService.Storage.Jobs;

/// <summary>A request without an idempotency key, and how the job is found that an earlier try of it has made.</summary>
/// <param name="RequestHash">Of its body and its sender.</param>
/// <param name="Kind">What it says of itself.</param>
/// <param name="Arrived">When it arrived, as <see cref="Stopwatch.GetTimestamp"/> counts.</param>
public sealed record KeylessTry(string RequestHash, TryKind Kind, long Arrived)
{
    /// <summary>Clients that do not number their tries wait 100 s for an answer and try four times; for so long the same request is taken for a try.</summary>
    public static readonly TimeSpan UnnumberedWindow = TimeSpan.FromMinutes(10);

    /// <summary>Clients that do wait ten minutes and try three times.</summary>
    public static readonly TimeSpan RetryWindow = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Waits until no other try of the same request is at work, whatever process serves it, and keeps others waiting until the transaction ends. Then looks
    /// for the newest job of the same request: one made within the window, or one under way on the same data. A first try is at its client's word a new
    /// request; only a retry that overtook it can have made its job.
    /// </summary>
    internal async Task<TrainingJob?> FindEarlierAsync(NpgsqlConnection connection, NewTrainingJob job, CancellationToken cancellationToken)
    {
        const string take = "select pg_advisory_xact_lock(hashtextextended(@RequestHash, 0))";
        await connection.ExecuteAsync(new CommandDefinition(take, new { RequestHash }, cancellationToken: cancellationToken));
        var sql = $"""
            select {JobRow.Columns} from training_job
            where request_hash = @RequestHash and idempotency_key is null and {(Kind == TryKind.First ? Overtaking : Recent)}
            order by id desc limit 1
            """;
        var parameters = new
        {
            RequestHash,
            job.DatasetId,
            job.DatasetVersion,
            age = Stopwatch.GetElapsedTime(Arrived).TotalSeconds,
            window = (Kind == TryKind.Retry ? RetryWindow : UnnumberedWindow).TotalSeconds,
        };
        return await connection.QueryFirstOrDefaultAsync<TrainingJob>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }

    const string Recent =
        """
        (created_at > now() - make_interval(secs => @window)
         or state in ('queued', 'running') and dataset_id = @DatasetId and dataset_version = @DatasetVersion)
        """;

    // Both times are the database's: the age was measured here, but nobody's clock is compared with another's.
    const string Overtaking =
        """
        created_at >= clock_timestamp() - make_interval(secs => @age)
        and exists (select from fine_tuning_request r where r.job_id = training_job.id and r.by_retry)
        """;
}
