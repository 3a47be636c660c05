namespace ContrastiveService.Local.Rest;

/// <summary>Metric series of a job.</summary>
internal sealed record MetricsView(IReadOnlyList<SeriesView> Series)
{
    /// <summary>The points of a series, in order of step.</summary>
    /// <exception cref="LocalException">The job has no such series.</exception>
    public IReadOnlyList<(long Step, double Value)> Of(string name) =>
        Series.FirstOrDefault(series => series.Name == name) is { } found
            ? [.. found.Steps.Zip(found.Values).Where(point => point.Second is not null).Select(point => (point.First, point.Second!.Value))]
            : throw new LocalException($"The job reported no series '{name}'; it reported {string.Join(", ", Series.Select(series => series.Name))}.");
}

/// <summary>One series: a value for each step, null where it was not a number.</summary>
internal sealed record SeriesView(string Name, IReadOnlyList<long> Steps, IReadOnlyList<double?> Values);
