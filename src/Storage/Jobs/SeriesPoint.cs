namespace ContrastiveService.Storage.Jobs;

/// <summary>A recorded value, never an average.</summary>
public sealed record SeriesPoint(long Step, double Value);
