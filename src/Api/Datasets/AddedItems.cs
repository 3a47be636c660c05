namespace ContrastiveService.Api.Datasets;

/// <summary>What came of an upload of single pictures.</summary>
/// <param name="Version">The data set's version that holds them.</param>
/// <param name="Added">Pictures that are new.</param>
/// <param name="Rejected">Files that were not taken, and why.</param>
public sealed record AddedItems(int Version, int Added, IReadOnlyList<RejectView> Rejected);
