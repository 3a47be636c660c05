using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Startup;
using ContrastiveService.Storage;

namespace ContrastiveService.Api.Health;

static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").WithTags("Health").AllowAnonymous();
        health.MapGet("/live", () => TypedResults.Ok(new HealthStatus("live"))).WithSummary("The process runs.");
        health.MapGet("/ready", ReadyAsync).WithSummary("The database is reachable, its schema is up to date, loaded models compute what they did when they were stored, and the process is not about to stop.");
    }

    private static async Task<IResult> ReadyAsync(Readiness readiness, Database database, NumericProbe probe, CancellationToken cancellationToken)
    {
        if (readiness.Draining)
            throw NotReady("draining", "The service is stopping.");
        if (!readiness.Migrated)
            throw NotReady("starting", "The database schema is not up to date yet.");
        if (!await database.IsReachableAsync(cancellationToken))
            throw NotReady("database_unavailable", "The database cannot be reached.");
        if (probe.Fault is { } fault)
            throw NotReady("inference_unhealthy", fault);
        return TypedResults.Ok(new HealthStatus("ready"));
    }

    private static ApiException NotReady(string code, string message) =>
        new(StatusCodes.Status503ServiceUnavailable, code, message) { RetryAfter = TimeSpan.FromSeconds(2) };
}
