using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ContrastiveService.Service.Tests.OpenAi;

/// <summary>
/// Stands between a client and the service and hands every request on. Of the first answers to POSTs it loses some: the service has done its work then, and the client
/// does not know.
/// </summary>
sealed class LossyProxy : IAsyncDisposable
{
    /// <summary>Loses an answer together with its connection.</summary>
    public const int Drop = 0;

    private readonly WebApplication app;
    private readonly HttpClient service = new();
    private readonly ConcurrentQueue<int> losses;
    private readonly Uri target;

    private LossyProxy(WebApplication app, Uri target, int[] losses)
    {
        (this.app, this.target, this.losses) = (app, target, new ConcurrentQueue<int>(losses));
        app.Run(HandleAsync);
    }

    public Uri Address => new(app.Urls.Single());

    /// <summary>The headers of every POST that came, in order.</summary>
    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Posts { get; } = [];

    /// <param name="target">The service.</param>
    /// <param name="losses">What becomes of the first answers: <see cref="Drop"/>, or the status of an error in their place.</param>
    public static async Task<LossyProxy> StartAsync(Uri target, params int[] losses)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var proxy = new LossyProxy(builder.Build(), target, losses);
        await proxy.app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        service.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var isPost = HttpMethods.IsPost(context.Request.Method);
        if (isPost)
            Posts.Enqueue(context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()));
        using var answer = await service.SendAsync(Copy(context.Request));
        var body = await answer.Content.ReadAsByteArrayAsync();
        if (!isPost || !losses.TryDequeue(out var loss))
        {
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await context.Response.Body.WriteAsync(body);
        }
        else if (loss == Drop)
        {
            context.Abort();
        }
        else
        {
            context.Response.StatusCode = loss;
            context.Response.Headers["retry-after-ms"] = "1";
        }
    }

    private HttpRequestMessage Copy(HttpRequest request)
    {
        var copy = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(target, request.Path.ToString() + request.QueryString)) { Content = new StreamContent(request.Body) };
        foreach (var (name, values) in request.Headers)
            if (name != "Host" && !copy.Headers.TryAddWithoutValidation(name, values.ToArray()))
                copy.Content.Headers.TryAddWithoutValidation(name, values.ToArray());
        return copy;
    }
}
