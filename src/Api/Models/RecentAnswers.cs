namespace ContrastiveService.Api.Models;

/// <summary>
/// Asks a question at most once in a while for all who ask it: an answer is passed on only as long as it was true at some moment no longer ago than that.
/// What was not found, and what failed, is asked anew.
/// </summary>
/// <param name="look">Finds an answer; null when there is none.</param>
/// <param name="age">How old an answer may be.</param>
/// <param name="clock">Tells the time.</param>
sealed class RecentAnswers<TKey, TValue>(Func<TKey, Task<TValue?>> look, TimeSpan age, TimeProvider clock)
    where TKey : notnull
    where TValue : struct
{
    // Questions come from outside; there are few that have an answer.
    private const int Kept = 1000;

    private readonly Lock gate = new();
    private readonly Dictionary<TKey, (long Since, Task<TValue?> Answer)> known = [];

    /// <summary>Finds an answer that was true at some moment after this call less the age.</summary>
    public Task<TValue?> AskAsync(TKey key, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (known.TryGetValue(key, out var found) && clock.GetElapsedTime(found.Since) <= age && Serves(found.Answer))
                return found.Answer.WaitAsync(cancellationToken);
            if (known.Count >= Kept)
                known.Clear();
            found = (clock.GetTimestamp(), Task.Run(() => look(key), CancellationToken.None)); // not within the lock
            known[key] = found;
            return found.Answer.WaitAsync(cancellationToken);
        }
    }

    private static bool Serves(Task<TValue?> answer) => !answer.IsCompleted || (answer.IsCompletedSuccessfully && answer.Result is not null);
}
