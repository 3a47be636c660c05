using System.Runtime;

namespace ContrastiveService.Training.Native;

/// <summary>
/// Keeps the garbage collector away while tensors are at work and lets it run between two steps. TorchSharp hands a Scalar's handle to native code without keeping
/// the Scalar alive, so a collection that another thread starts at that moment lets the finalizer free it under the call: "Expected false to be true", "Unknown
/// scalar type", or silently another number. Without a collection nothing is finalised. docs/adr/0008 has the evidence.
/// </summary>
internal sealed class CollectionTruce : IDisposable
{
    /// <summary>What may be allocated between two collections; a step allocates tens of kilobytes.</summary>
    private const long Budget = 192L << 20;

    private long renewedAt;

    public CollectionTruce() => Begin();

    /// <summary>To be called where no tensor is at work. Collects when a third of the budget is used up.</summary>
    public void Rest()
    {
        if (GC.GetTotalAllocatedBytes() - renewedAt < Budget / 3 && Holds)
            return;
        Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Begin();
    }

    /// <summary>Gives the collector its freedom back.</summary>
    public void Dispose()
    {
        if (Holds)
            GC.EndNoGCRegion();
    }

    private static bool Holds => GCSettings.LatencyMode == GCLatencyMode.NoGCRegion;

    private void Begin()
    {
        renewedAt = GC.GetTotalAllocatedBytes();
        // Somebody else's truce in this process serves as well as ours.
        if (!Holds)
            GC.TryStartNoGCRegion(Budget);
    }
}
