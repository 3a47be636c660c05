using System.Text.Json;

namespace ContrastiveService.Api.Collections.Analysis;

/// <param name="Size">Items to choose, 1 to 10,000.</param>
/// <param name="Filter">Only items that this leaves, as for a search.</param>
public sealed record ChooseSubset(int? Size, JsonElement Filter);
