namespace ContrastiveService.Storage.Collections;

/// <summary>An item as stored. <c>Metadata</c> is a JSON object; <c>Vector</c> is little-endian float32, or float16 in a collection of half precision.</summary>
public sealed record CollectionItem(
    long Id, string Key, string Metadata, byte[] Vector, string? Dataset, string? DatasetKey, DateTime CreatedAt, DateTime UpdatedAt);
