using System.Diagnostics;

namespace ContrastiveService.Service.Tests;

/// <summary>Waits for what happens in another thread or process.</summary>
static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="what">For the failure's message.</param>
    /// <param name="look">Null while it has not happened.</param>
    public static async Task<T> Get<T>(string what, Func<Task<T?>> look)
        where T : class
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < Patience)
        {
            if (await look() is { } found)
                return found;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {what}.");
    }
}
