namespace ContrastiveService.Storage.Datasets;

/// <summary>Published items of one content.</summary>
/// <param name="Sha256">Of the content, lower-case hex; also the paging cursor.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Labels">Their different labels; more than one says that they contradict each other.</param>
/// <param name="Items">The first of them in order of upload.</param>
public sealed record DuplicateGroup(string Sha256, long Count, IReadOnlyList<string> Labels, IReadOnlyList<DuplicateItem> Items);
