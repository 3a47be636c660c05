namespace ContrastiveService.Storage.Datasets;

/// <summary>What came of adding items.</summary>
/// <param name="Added">How many are new.</param>
/// <param name="DuplicateKeys">Keys that were there already (or twice in the call) and were left as they were.</param>
/// <param name="SameContent">Items under new keys whose content was there already; added or left out, as was asked.</param>
public sealed record AddResult(int Added, IReadOnlyList<string> DuplicateKeys, IReadOnlyList<SameContent> SameContent);
