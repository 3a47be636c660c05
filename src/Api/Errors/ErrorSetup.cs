using System.Diagnostics;

namespace ContrastiveService.Api.Errors;

static class ErrorSetup
{
    public static void AddErrors(this IServiceCollection services)
    {
        services.AddExceptionHandler<FaultHandler>();
        services.AddProblemDetails();
        // In every environment, so that a malformed body takes one path, through the fault handler.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }

    public static void UseErrors(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages(StatusFaults.WriteAsync);
        app.Use((context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.XContentTypeOptions = "nosniff";
                context.Response.Headers["x-request-id"] = RequestId(context);
                return Task.CompletedTask;
            });
            return next(context);
        });
    }

    /// <summary>The caller's own, where it is fit for a header and a log; else the trace's, which is in error bodies and logs too.</summary>
    private static string RequestId(HttpContext context) =>
        context.Request.Headers["x-request-id"] is [{ Length: > 0 and <= 128 } own] && own.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? own
            : Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
}
