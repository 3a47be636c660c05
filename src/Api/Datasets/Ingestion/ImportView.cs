using ContrastiveService.Storage.Datasets;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>One upload into a data set.</summary>
/// <param name="State"><c>receiving</c>, <c>running</c>, <c>succeeded</c> or <c>failed</c>. A failed one leaves nothing behind.</param>
/// <param name="Source">What was uploaded.</param>
/// <param name="BytesDone">How much of it has been read, of <paramref name="BytesTotal"/>, which is 0 while nobody knows how much a folder holds.</param>
/// <param name="Added">Pictures taken.</param>
/// <param name="Duplicates">Entries whose key was there already; the first stays as it is.</param>
/// <param name="ContentDuplicates">Entries under new keys whose content the data set had already; <c>duplicates=skip</c> leaves them out.</param>
/// <param name="Rejected">Entries that are no pictures we read, cannot be placed or were left out; <c>/rejects</c> lists them and the duplicates.</param>
/// <param name="Version">The data set version that it published; 0 until it succeeded.</param>
public sealed record ImportView(
    Guid Id,
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
    int Version,
    DateTime CreatedAt,
    DateTime UpdatedAt)
{
    public static ImportView Of(DatasetImport i) => new(
        i.Id, i.State, i.Source, i.BytesReceived, i.BytesDone, i.BytesTotal, i.Added, i.Duplicates, i.ContentDuplicates, Math.Max(0, i.Rejected - i.Duplicates), i.Error,
        i.Version, i.CreatedAt, i.UpdatedAt);
}
