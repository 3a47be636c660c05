namespace ContrastiveService.Api.Collections.Items;

/// <param name="Deleted">Items that were there and are gone.</param>
/// <param name="Left">Items that the collection has left.</param>
/// <param name="Revision">The collection's, since; every search from now on sees it.</param>
public sealed record DeletedItems(long Deleted, long Left, long Revision);
