namespace ContrastiveService.Storage.Models;

/// <summary>A movable name for a version. <c>Revision</c> grows with every move, for If-Match.</summary>
public sealed record ModelAlias(string Model, string Alias, int Version, long Revision, DateTime UpdatedAt);
