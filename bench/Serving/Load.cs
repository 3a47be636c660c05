using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace ContrastiveService.Bench.Serving;

/// <summary>Asks an Api for embeddings, one picture a request.</summary>
internal sealed class Load(HttpClient http, string model, byte[][] pictures)
{
    /// <summary>An answer's outcome.</summary>
    /// <param name="Milliseconds">Until it was read.</param>
    /// <param name="Overhead">The same without decoding, waiting for the network, and the network.</param>
    /// <param name="Status">Of HTTP; 0 for none.</param>
    /// <param name="SaysWhen">A refusal that says when to come again.</param>
    internal readonly record struct Outcome(double Milliseconds, double Overhead, int Status, bool SaysWhen);

    /// <summary>So many callers, each of whom asks again when answered.</summary>
    public async Task<(IReadOnlyList<Outcome> Outcomes, double Seconds)> ClosedAsync(int callers, double seconds, string? key = null)
    {
        var outcomes = new ConcurrentBag<Outcome>();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async caller =>
        {
            for (var i = caller; clock.Elapsed.TotalSeconds < seconds; i += callers)
                outcomes.Add(await AskAsync(i, key));
        }));
        return ([.. outcomes], clock.Elapsed.TotalSeconds);
    }

    /// <summary>So many requests a second whatever becomes of them, up to a bound of open ones that no real crowd would respect.</summary>
    public async Task<(IReadOnlyList<Outcome> Outcomes, double Seconds)> OpenAsync(double perSecond, double seconds)
    {
        var outcomes = new ConcurrentBag<Outcome>();
        var asking = new ConcurrentDictionary<int, Task>();
        var clock = Stopwatch.StartNew();
        for (var i = 0; clock.Elapsed.TotalSeconds < seconds; i++)
        {
            var due = i / perSecond;
            if (due > clock.Elapsed.TotalSeconds)
                await Task.Delay(TimeSpan.FromSeconds(Math.Max(0.001, due - clock.Elapsed.TotalSeconds)));
            while (asking.Count >= 4096)
                await Task.Delay(1);
            var number = i;
            asking[number] = Task.Run(async () =>
            {
                outcomes.Add(await AskAsync(number, null));
                asking.TryRemove(number, out _);
            });
        }

        await Task.WhenAll(asking.Values);
        return ([.. outcomes], clock.Elapsed.TotalSeconds);
    }

    private async Task<Outcome> AskAsync(int number, string? key)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/embeddings?model={model}&encoding=base64")
            {
                Content = new ByteArrayContent(pictures[number % pictures.Length]) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } },
            };
            if (key is not null)
                request.Headers.Authorization = new("Bearer", key);
            using var answer = await http.SendAsync(request);
            await answer.Content.ReadAsByteArrayAsync();
            var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            var inside = answer.Headers.TryGetValues("Server-Timing", out var timing) ? timing.Single().Split(", ").Where(part => !part.StartsWith("encode", StringComparison.Ordinal)).Sum(Duration) : 0;
            return new(took, took - inside, (int)answer.StatusCode, answer.StatusCode == HttpStatusCode.OK || answer.Headers.RetryAfter is not null);
        }
        catch (HttpRequestException)
        {
            return new(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, 0, false);
        }
    }

    private static double Duration(string part) => double.Parse(part.Split(";dur=")[1], CultureInfo.InvariantCulture);
}
