using ContrastiveService.Storage.Datasets;

namespace ContrastiveService.Api.Datasets;

/// <summary>Pictures that are the same, byte for byte.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Labels">Their different labels; more than one says that they contradict each other.</param>
/// <param name="Items">The first hundred of them, in order of upload.</param>
public sealed record DuplicateView(string Sha256, long Count, IReadOnlyList<string> Labels, IReadOnlyList<DuplicateItem> Items)
{
    public static DuplicateView Of(DuplicateGroup g) => new(g.Sha256, g.Count, g.Labels, g.Items);
}
