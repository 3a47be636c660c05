using ContrastiveService.Storage.Leases;

namespace ContrastiveService.Storage.Collections;

/// <summary>
/// A data set, or one split of it, on its way into a collection. <c>Position</c> is the id of the last data set item that is done; <c>Skipped</c> counts those that could
/// not be embedded, <c>Note</c> says why the last of them was.
/// </summary>
public sealed record CollectionImport(
    Guid Id,
    Guid CollectionId,
    string Dataset,
    Guid DatasetId,
    int DatasetVersion,
    string? Split,
    string State,
    long Position,
    long Done,
    long Skipped,
    long Total,
    string? Note,
    string? Error,
    long Fence,
    DateTime CreatedAt,
    DateTime UpdatedAt) : IClaimedWork;
