namespace ContrastiveService.Storage.Collections.Reembeddings;

/// <summary>An item that has no vector of the new version, and why.</summary>
public sealed record ReembeddingFailure(long ItemId, string Key, string Reason, bool Missing);
