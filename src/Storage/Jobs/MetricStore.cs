namespace ContrastiveService.Storage.Jobs;

/// <summary>Metric series of jobs.</summary>
public sealed class MetricStore(Database database)
{
    /// <summary>Writes points; one that is there already stays as it is, so writing again after a crash neither doubles nor changes anything.</summary>
    /// <returns>False when the lease is lost; nothing was written.</returns>
    public Task<bool> WriteAsync(JobLease lease, IReadOnlyList<MetricPoint> points, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Series by name, all of them when <paramref name="names"/> is null, each thinned evenly to at most <paramref name="maxPoints"/> (2 or more) with its first and last point kept.</summary>
    public Task<IReadOnlyList<MetricSeries>> SeriesAsync(Guid jobId, IReadOnlyList<string>? names, int maxPoints, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<IReadOnlyList<string>> NamesAsync(Guid jobId, CancellationToken cancellationToken) => throw new NotImplementedException();
}
