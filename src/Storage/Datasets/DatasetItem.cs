namespace ContrastiveService.Storage.Datasets;

/// <summary>
/// The index row of one image. <c>Id</c> grows in the order of import and is the paging cursor; <c>Bytes</c> is the file's size; <c>Sha256</c> is
/// lower-case hex.
/// </summary>
public sealed record DatasetItem(
    long Id,
    string Key,
    string? Label,
    string? Domain,
    string? Group,
    string? Split,
    string MediaType,
    int Width,
    int Height,
    int Channels,
    int Bytes,
    string Sha256,
    int Version);
