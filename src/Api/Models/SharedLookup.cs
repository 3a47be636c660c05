namespace ContrastiveService.Api.Models;

/// <summary>
/// Asks a question once for all who ask it at a time, and never answers with what was true before somebody asked: who comes while an answer is on its way waits for the
/// next one, with all others who came meanwhile.
/// </summary>
/// <param name="look">Finds an answer.</param>
sealed class SharedLookup<TKey, TValue>(Func<TKey, Task<TValue>> look)
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, (Task<TValue> Running, Task<TValue>? Next)> asked = [];

    /// <summary>Finds an answer that is true at some time after this call.</summary>
    public Task<TValue> AskAsync(TKey key, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (!asked.TryGetValue(key, out var found))
            {
                asked[key] = found = (RunAsync(key, Task.CompletedTask), null);
                return found.Running.WaitAsync(cancellationToken);
            }

            if (found.Next is null)
                asked[key] = found = (found.Running, RunAsync(key, found.Running));
            return found.Next!.WaitAsync(cancellationToken);
        }
    }

    private async Task<TValue> RunAsync(TKey key, Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing); // not within the lock
        try
        {
            return await look(key);
        }
        finally
        {
            lock (gate)
            {
                if (asked[key].Next is { } next)
                    asked[key] = (next, null);
                else
                    asked.Remove(key);
            }
        }
    }
}
