using ContrastiveService.Storage.Jobs;

namespace ContrastiveService.Api.TrainingJobs;

/// <summary>A series in order of step.</summary>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="Values">One for each step; null where what was measured was no finite number.</param>
public sealed record SeriesView(string Name, IReadOnlyList<long> Steps, IReadOnlyList<double?> Values)
{
    public static SeriesView Of(MetricSeries s) =>
        new(s.Name, [.. s.Points.Select(p => p.Step)], [.. s.Points.Select(p => double.IsFinite(p.Value) ? p.Value : (double?)null)]);
}
