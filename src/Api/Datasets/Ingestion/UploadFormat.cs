namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>What a spooled file is, by its first bytes: names and media types are what the sender believes.</summary>
enum UploadFormat
{
    Unknown,
    Zip,
    Tar,
    TarGz,
    TarZst,
    IdxPictures,
    IdxLabels,
}
