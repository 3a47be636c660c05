using System.Text.Json;

namespace ContrastiveService.Api.Collections.Analysis;

/// <param name="Neighbours">How many of the nearest an item is judged by, 1 to 100; 10 when left out.</param>
/// <param name="Filter">Only items that this leaves, as for a search; neighbours are looked for among them.</param>
/// <param name="Limit">Items to list, 1 to 1000; 50 when left out.</param>
public sealed record FindOutliers(int? Neighbours, JsonElement Filter, int? Limit);
