namespace ContrastiveService.Storage.Collections.Reembeddings;

/// <summary>
/// Where an item stands in the order in which a collection's items were written. Whatever is written gets a place behind all that could be seen before, so whoever has gone
/// through them up to a place has only what lies behind it left to do.
/// </summary>
public readonly record struct WritePlace(long Revision, long Item);
