namespace ContrastiveService.Api.TrainingJobs;

/// <param name="Series">By name.</param>
public sealed record MetricsView(IReadOnlyList<SeriesView> Series);
