namespace ContrastiveService.Storage.Models;

/// <summary>A model: what its versions have in common.</summary>
public sealed record Model(string Name, int Versions, int LatestVersion, DateTime CreatedAt, IReadOnlyList<ModelAlias> Aliases);
