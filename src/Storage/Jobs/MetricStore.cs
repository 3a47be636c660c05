using Npgsql;

namespace ContrastiveService.Storage.Jobs;

/// <summary>Metric series of jobs.</summary>
public sealed class MetricStore(Database database)
{
    /// <summary>Writes points; one that is there already stays as it is, so writing again after a crash neither doubles nor changes anything.</summary>
    /// <returns>False when the lease is lost; nothing was written.</returns>
    public async Task<bool> WriteAsync(JobLease lease, IReadOnlyList<MetricPoint> points, CancellationToken cancellationToken)
    {
        // The share of the job's row keeps a new claim out until the points are in: a stale writer comes wholly before it or not at all.
        const string sql = """
            with mine as (
                select id from training_job where id = $1 and fence = $2 and state = 'running' for share
            ), written as (
                insert into metric (job_id, name, step, value)
                select mine.id, point.name, point.step, point.value from mine, unnest($3::text[], $4::bigint[], $5::double precision[]) as point (name, step, value)
                on conflict do nothing
            )
            select exists (select from mine)
            """;
        await using var command = database.Source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = lease.JobId });
        command.Parameters.Add(new() { Value = lease.Fence });
        command.Parameters.Add(new() { Value = points.Select(point => point.Name).ToArray() });
        command.Parameters.Add(new() { Value = points.Select(point => point.Step).ToArray() });
        command.Parameters.Add(new() { Value = points.Select(point => point.Value).ToArray() });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>
    /// Series by name, all of them when <paramref name="names"/> is null, each thinned evenly to at most <paramref name="maxPoints"/> (2 or more) with
    /// its first and last point kept.
    /// </summary>
    public async Task<IReadOnlyList<MetricSeries>> SeriesAsync(Guid jobId, IReadOnlyList<string>? names, int maxPoints, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPoints, 2);
        // Of n points in order, number i falls into bucket i * (max - 1) / (n - 1); each bucket's first is kept, so 0 and n - 1 are among them.
        const string sql = """
            with point as (
                select name, step, value, row_number() over series - 1 as i, count(*) over (partition by name) as n
                from metric where job_id = @jobId and (@names::text[] is null or name = any(@names))
                window series as (partition by name order by step)
            )
            select name, step, value from point
            where n <= @maxPoints or i = 0 or i * (@maxPoints - 1) / (n - 1) > (i - 1) * (@maxPoints - 1) / (n - 1)
            order by name, step
            """;
        var points = await database.QueryAsync<MetricPoint>(sql, new { jobId, names = names?.ToArray(), maxPoints = (long)maxPoints }, cancellationToken);
        return [.. from point in points
                   group new SeriesPoint(point.Step, point.Value) by point.Name into series
                   select new MetricSeries(series.Key, [.. series])];
    }

    /// <summary>Of each of these steps, the series' last value up to there; steps before its first are left out.</summary>
    public Task<IReadOnlyList<SeriesPoint>> ValuesAtAsync(Guid jobId, string name, IReadOnlyList<long> steps, CancellationToken cancellationToken)
    {
        const string sql = """
            select wanted.step, last.value
            from unnest(@steps) as wanted (step)
            cross join lateral (
                select value from metric where job_id = @jobId and name = @name and step <= wanted.step order by step desc limit 1
            ) last
            """;
        return database.QueryAsync<SeriesPoint>(sql, new { jobId, name, steps = steps.ToArray() }, cancellationToken);
    }

    public Task<IReadOnlyList<string>> NamesAsync(Guid jobId, CancellationToken cancellationToken) =>
        database.QueryAsync<string>("select distinct name from metric where job_id = @jobId order by name", new { jobId }, cancellationToken);
}
