using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.Startup;

/// <summary>Sends callers away, politely, until the schema is up to date.</summary>
static class StartingGate
{
    public static void UseStartingGate(this WebApplication app)
    {
        var readiness = app.Services.GetRequiredService<Readiness>();
        app.Use((context, next) => readiness.Migrated || context.Request.Path.StartsWithSegments("/health")
            ? next(context)
            : throw new ApiException(
                StatusCodes.Status503ServiceUnavailable, "starting", "The service is starting: it waits for its database. Try again shortly.")
            {
                RetryAfter = TimeSpan.FromSeconds(2),
            });
    }
}
