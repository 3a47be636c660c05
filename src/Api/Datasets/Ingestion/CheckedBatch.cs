using ContrastiveService.Storage.Datasets;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>Some of an import's files, read and looked at.</summary>
/// <param name="Good">Pictures.</param>
/// <param name="Bad">What is none, or cannot be placed, with the reason.</param>
sealed record CheckedBatch(IReadOnlyList<NewItem> Good, IReadOnlyList<(string Path, string Reason)> Bad);
