using Serilog;
using Serilog.Context;

namespace ContrastiveService.Api.TrainingJobs;

/// <summary>Puts the job's id on everything that is logged for a request about it, the request's own line included.</summary>
sealed class JobLogScope : IEndpointFilter
{
    private const string Property = "JobId";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (context.HttpContext.Request.RouteValues["id"] is not string id)
            return await next(context);
        using var scope = LogContext.PushProperty(Property, id);
        context.HttpContext.RequestServices.GetRequiredService<IDiagnosticContext>().Set(Property, id);
        return await next(context);
    }

    /// <summary>For a request that learns the id only while it is served.</summary>
    public static void Note(HttpContext context, Guid id) => context.RequestServices.GetRequiredService<IDiagnosticContext>().Set(Property, id);
}
