using System.Text.Json;

namespace ContrastiveService.Api.Collections.Items;

/// <summary>Which items to delete: one of keys, filter and all.</summary>
/// <param name="Keys">1 to 10,000; those that there are not are no error.</param>
/// <param name="Filter">The items that it leaves, as for a search.</param>
/// <param name="All">true deletes every item.</param>
public sealed record DeleteItems(IReadOnlyList<string?>? Keys, JsonElement Filter, bool All = false);
