using ContrastiveService.Storage.Models;

namespace ContrastiveService.Api.Models;

/// <summary>A model: what its versions have in common.</summary>
public sealed record ModelView(string Name, int Versions, int LatestVersion, IReadOnlyList<AliasView> Aliases, DateTime CreatedAt)
{
    public static ModelView Of(Model m) => new(m.Name, m.Versions, m.LatestVersion, [.. m.Aliases.Select(AliasView.Of)], m.CreatedAt);
}
