namespace ContrastiveService.Storage.Jobs;

/// <summary>A series in order of step.</summary>
public sealed record MetricSeries(string Name, IReadOnlyList<SeriesPoint> Points);
