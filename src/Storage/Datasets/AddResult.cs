namespace ContrastiveService.Storage.Datasets;

/// <summary>What came of adding items: how many are new, and the keys that were there already (or twice in the call) and were left as they were.</summary>
public sealed record AddResult(int Added, IReadOnlyList<string> DuplicateKeys);
