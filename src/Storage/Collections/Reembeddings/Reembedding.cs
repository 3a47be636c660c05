using ContrastiveService.Storage.Leases;

namespace ContrastiveService.Storage.Collections.Reembeddings;

/// <summary>
/// A collection on its way to another model version. <c>Done</c> counts the items that were looked at, those written again meanwhile counted again; <c>Seconds</c> is how
/// long that took. While it is under way, <c>Behind</c> items are left to do of <c>Total</c>; <c>Failed</c> ones have no vector, and why is listed.
/// </summary>
public sealed record Reembedding(
    Guid Id,
    Guid CollectionId,
    Guid ToVersionId,
    string From,
    string To,
    bool DropMissing,
    bool DropFailed,
    string State,
    long PositionRevision,
    long PositionItem,
    long Done,
    double Seconds,
    long Behind,
    long Total,
    long Failed,
    long Dropped,
    string? Error,
    long Fence,
    DateTime CreatedAt,
    DateTime UpdatedAt) : IClaimedWork
{
    /// <summary>Its place in the order in which items were written.</summary>
    public WritePlace Position => new(PositionRevision, PositionItem);
}
