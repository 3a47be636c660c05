namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>A file found in an upload.</summary>
/// <param name="Path">Its path there.</param>
/// <param name="Bytes">What it holds; null when it cannot be taken.</param>
/// <param name="Reason">Why it cannot be taken.</param>
/// <param name="Place">Key and label where they do not follow from the path.</param>
sealed record UploadEntry(string Path, byte[]? Bytes, string? Reason = null, ItemPath? Place = null);
