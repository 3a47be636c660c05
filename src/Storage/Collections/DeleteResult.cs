namespace ContrastiveService.Storage.Collections;

/// <summary>What a deletion did: items that are gone, items that are left, and the collection's revision since.</summary>
public sealed record DeleteResult(long Deleted, long Left, long Revision);
