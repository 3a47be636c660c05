using System.Globalization;
using ContrastiveService.Api.Errors;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Inference;

/// <summary>
/// What stands before every endpoint that puts pictures through a network: it sends requests away that would be refused whatever they bring, before their bodies are read and decoded
/// (in a crowd that is most of what there is to do), and tells every caller how much room there is for them: RateLimit-Limit and -Remaining in pictures, -Reset in seconds until what waits now is done.
/// </summary>
static class QueueDoor
{
    /// <summary>Marks an endpoint, or a group of them.</summary>
    public static T Queued<T>(this T endpoint)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(Mark.Instance);

    /// <summary>Behind routing and authorization.</summary>
    public static void UseQueueDoor(this WebApplication app)
    {
        var (admission, options) = (app.Services.GetRequiredService<Admission>(), app.Services.GetRequiredService<IOptions<ApiOptions>>().Value);
        app.Use((context, next) =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<Mark>() is null)
                return next(context);
            // One picture of somebody who waits: the most favourable that it may turn out to be.
            var caller = Caller.Of(context, 1, options);
            context.Response.OnStarting(() =>
            {
                Tell(context.Response.Headers, admission, caller);
                return Task.CompletedTask;
            });
            return admission.Hopeless(caller) is { } refusal ? ProblemWriter.WriteAsync(context, refusal) : next(context);
        });
    }

    private static void Tell(IHeaderDictionary headers, Admission admission, Caller caller)
    {
        headers["RateLimit-Limit"] = Text(admission.Places);
        headers["RateLimit-Remaining"] = Text(admission.Room(caller));
        headers["RateLimit-Reset"] = Text(Math.Ceiling(admission.Seconds));
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class Mark
    {
        public static Mark Instance { get; } = new();
    }
}
