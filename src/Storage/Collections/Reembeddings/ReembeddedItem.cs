namespace ContrastiveService.Storage.Collections.Reembeddings;

/// <summary>What became of an item: its vector in the collection's precision, or else why there is none. <c>Missing</c> says that it had no picture.</summary>
public sealed record ReembeddedItem(SourceItem Of, byte[]? Vector, string? Problem = null, bool Missing = false);
