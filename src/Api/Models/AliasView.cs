using ContrastiveService.Storage.Models;

namespace ContrastiveService.Api.Models;

/// <summary>A movable name for a version.</summary>
/// <param name="Revision">Grows with every move; also the ETag that If-Match takes.</param>
public sealed record AliasView(string Alias, int Version, long Revision, DateTime UpdatedAt)
{
    public static AliasView Of(ModelAlias a) => new(a.Alias, a.Version, a.Revision, a.UpdatedAt);
}
