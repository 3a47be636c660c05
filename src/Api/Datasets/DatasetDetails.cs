using ContrastiveService.Api.Datasets.Ingestion;
using ContrastiveService.Storage.Datasets;

namespace ContrastiveService.Api.Datasets;

/// <summary>A data set with what is in it and what was uploaded last.</summary>
public sealed record DatasetDetails(
    string Name,
    string? Description,
    int Version,
    long Items,
    long Bytes,
    DateTime CreatedAt,
    DateTime UpdatedAt,
    DatasetStatistics Statistics,
    IReadOnlyList<ImportView> Imports);
