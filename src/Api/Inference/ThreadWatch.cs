using System.Diagnostics;
using static System.FormattableString;

namespace ContrastiveService.Api.Inference;

/// <summary>Knows what a thread is busy with and whether that takes unreasonably long. One thread begins and ends, any looks.</summary>
sealed class ThreadWatch
{
    /// <summary>Nothing shorter hangs; beyond it, what takes so many times what it should.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(8);

    private const double Unreasonable = 5;

    private volatile Busy? busy;

    /// <summary>What hangs and for how long, or null.</summary>
    public string? Hangs => busy is { } now && Stopwatch.GetElapsedTime(now.Since) is var elapsed && elapsed.TotalSeconds > Math.Max(Least.TotalSeconds, Unreasonable * now.Expected)
        ? Invariant($"The inference thread has been busy with {now.What} for {elapsed.TotalSeconds:0} s, and should have taken {now.Expected:0.0} s.")
        : null;

    /// <summary>Something begins.</summary>
    /// <param name="what">What it is.</param>
    /// <param name="expected">Seconds that it should take; 0 where nobody knows.</param>
    public void Begin(string what, double expected) => busy = new(what, expected, Stopwatch.GetTimestamp());

    /// <summary>It is over.</summary>
    public void End() => busy = null;

    private sealed record Busy(string What, double Expected, long Since);
}
