namespace ContrastiveService.Storage.Datasets;

/// <summary>
/// One upload into a data set. <c>Version</c> is the data set version that it published, 0 until it succeeded; <c>BytesTotal</c> is 0 while unknown;
/// <c>ContentDuplicates</c> counts items under new keys whose content the data set had already.
/// </summary>
public sealed record DatasetImport(
    Guid Id,
    Guid DatasetId,
    string State,
    string Source,
    long BytesReceived,
    long BytesDone,
    long BytesTotal,
    long Added,
    long Duplicates,
    long ContentDuplicates,
    long Rejected,
    string? Error,
    DateTime CreatedAt,
    DateTime UpdatedAt,
    int Version);
