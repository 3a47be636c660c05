namespace ContrastiveService.Storage.Datasets;

/// <summary>A data set. <c>Version</c> is the last published one (0: nothing yet), <c>Items</c> and <c>Bytes</c> count what that version holds.</summary>
public sealed record Dataset(
    Guid Id, string Name, string? Description, int Version, long Items, long Bytes, DateTime CreatedAt, DateTime UpdatedAt);
