using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Jobs;

namespace ContrastiveService.Api.TrainingJobs;

static class MetricEndpoint
{
    private const int DefaultPoints = 500;
    private const int MostPoints = 10_000;

    /// <param name="names">Series separated by commas; all of them when left out.</param>
    /// <param name="maxPoints">Points of a series at most.</param>
    public static async Task<MetricsView> GetAsync(
        Guid id, string? names, int? maxPoints, TrainingJobStore jobs, MetricStore metrics, CancellationToken cancellationToken)
    {
        if (maxPoints is < 2 or > MostPoints)
            throw ApiException.BadRequest("maxPoints", $"maxPoints is {maxPoints}; it must be 2 to {MostPoints}.");
        await jobs.FindAsync(id, cancellationToken);
        var wanted = names?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (wanted is { Length: > 0 })
        {
            var known = await metrics.NamesAsync(id, cancellationToken);
            if (known.Count > 0 && wanted.FirstOrDefault(w => !known.Contains(w)) is { } unknown)
                throw ApiException.BadRequest("names", $"The job has no series '{unknown}'. It has: {string.Join(", ", known)}.");
        }

        var series = await metrics.SeriesAsync(id, wanted is { Length: > 0 } ? wanted : null, maxPoints ?? DefaultPoints, cancellationToken);
        return new MetricsView([.. series.Select(SeriesView.Of)]);
    }
}
