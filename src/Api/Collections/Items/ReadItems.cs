using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Collections;

namespace ContrastiveService.Api.Collections.Items;

/// <param name="Placed">Items that can be written, with their places in the request.</param>
/// <param name="Faults">What is wrong with the others.</param>
sealed record ReadItems(IReadOnlyList<(int Place, NewCollectionItem Item)> Placed, ItemFaults Faults)
{
    public IReadOnlyList<NewCollectionItem> Items { get; } = [.. Placed.Select(placed => placed.Item)];

    public int PlaceOf(string key) => Placed.First(placed => placed.Item.Key == key).Place;
}
