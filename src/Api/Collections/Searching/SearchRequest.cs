using System.Text.Json;

namespace ContrastiveService.Api.Collections.Searching;

/// <summary>What to look for: one of image, vector and key.</summary>
/// <param name="Image">A picture: a data URI, or <c>{"dataset": name, "key": key}</c>.</param>
/// <param name="Vector">An array of numbers, or base64 of little-endian 32-bit floats.</param>
/// <param name="Key">An item of the collection, whose neighbours are wanted; it is not among them.</param>
/// <param name="K">Hits wanted, 1 to 10,000; 10 when left out.</param>
/// <param name="MinCosine">Hits have this cosine or more, -1 to 1.</param>
/// <param name="Filter">Conditions on metadata: <c>{"label": "cat", "price": {"gte": 5}}</c>, with eq, in, contains, lt, lte, gt, gte, and, or, not.</param>
/// <param name="Model">Makes sure that the collection is of this version.</param>
/// <param name="Exact">true compares everything, whatever index the collection has.</param>
public sealed record SearchRequest(JsonElement Image, JsonElement Vector, string? Key, int? K, double? MinCosine, JsonElement Filter, string? Model, bool? Exact);
