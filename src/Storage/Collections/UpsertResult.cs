namespace ContrastiveService.Storage.Collections;

/// <summary>What a write did: new keys, keys that were there, and the collection's revision since.</summary>
public sealed record UpsertResult(int Added, int Updated, long Revision);
