namespace ContrastiveService.Storage.Jobs;

/// <summary>One value of one series.</summary>
public sealed record MetricPoint(string Name, long Step, double Value);
