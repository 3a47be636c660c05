using System.Diagnostics;

namespace ContrastiveService.Api.Inference;

/// <summary>What waits for the inference thread.</summary>
/// <param name="caller">On whose account.</param>
/// <param name="weight">What it counts in the queue: its pictures, at least 1.</param>
/// <param name="stop">Its sender may have gone.</param>
abstract class QueuedWork(Caller caller, int weight, CancellationToken stop)
{
    private readonly long since = Stopwatch.GetTimestamp();

    public Caller Caller => caller;

    public int Weight => weight;

    /// <summary>The network that it goes through, together with others; null for what runs alone.</summary>
    public virtual LoadedModel? Model => null;

    /// <summary>Nobody waits for it any more.</summary>
    protected bool IsAbandoned => stop.IsCancellationRequested;

    protected CancellationToken Stop => stop;

    /// <summary>How long it has waited.</summary>
    public TimeSpan Waited => Stopwatch.GetElapsedTime(since);

    /// <summary>Tells its sender that it was dropped, if that has gone.</summary>
    /// <returns>Whether it has.</returns>
    public abstract bool DropIfAbandoned();

    /// <summary>Its sender hears what went wrong.</summary>
    public abstract void Fail(Exception fault);
}
