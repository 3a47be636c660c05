using System.Globalization;

namespace ContrastiveService.Api.Inference;

/// <summary>Tells every caller of a network how much room there is: RateLimit-Limit and -Remaining in pictures, -Reset in seconds until what waits now is done.</summary>
sealed class QueueHeaders(Admission admission) : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var response = context.HttpContext.Response;
        response.OnStarting(() =>
        {
            response.Headers["RateLimit-Limit"] = Text(admission.Places);
            response.Headers["RateLimit-Remaining"] = Text(Math.Max(0, admission.Places - admission.Pictures));
            response.Headers["RateLimit-Reset"] = Text(Math.Ceiling(admission.Seconds));
            return Task.CompletedTask;
        });
        return next(context);
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
