namespace ContrastiveService.Storage.Models;

/// <summary>A trained model as served. <c>Plan</c> and <c>Card</c> are JSON, kept to the letter; <c>Width</c> is the embedding's length.</summary>
public sealed record ModelVersion(
    Guid Id, string Model, int Version, Guid JobId, Guid CheckpointId, string Plan, string Card, int Width, DateTime CreatedAt, IReadOnlyList<string> Aliases);
