using System.Diagnostics;

namespace ContrastiveService.Service.Tests;

/// <summary>Waits for what another process does. The limit only bounds how long a broken build may hang, on a machine with other work as well; no test is about time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static async Task<T> Get<T>(string what, Func<Task<T?>> look)
        where T : class
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await look() is { } found)
                return found;
            if (Stopwatch.GetElapsedTime(started) > Limit)
                throw new TimeoutException($"Waited {Limit.TotalMinutes} minutes for {what}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public static Task Is(string what, Func<Task<bool>> look) => Get(what, async () => await look() ? what : null);
}
