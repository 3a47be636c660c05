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
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return next(context);
        });
    }
}
