using System.Text.Json;

namespace ContrastiveService.Api.Collections.Analysis;

/// <param name="MinCosine">Items are joined that have this cosine or more, -1 to 1; 0.999 is a start.</param>
/// <param name="Filter">Only items that this leaves, as for a search.</param>
/// <param name="Limit">Groups to list, 1 to 1000; 100 when left out.</param>
public sealed record FindDuplicates(double? MinCosine, JsonElement Filter, int? Limit);
