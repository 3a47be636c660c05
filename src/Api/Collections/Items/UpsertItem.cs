using System.Text.Json;

namespace ContrastiveService.Api.Collections.Items;

/// <param name="Key">Names it in the collection; left out, the picture's key in its data set.</param>
/// <param name="Image">A picture: a data URI, or <c>{"dataset": name, "key": key}</c>; or else</param>
/// <param name="Vector">its vector: an array of numbers, or base64 of little-endian 32-bit floats. It is scaled to length 1.</param>
/// <param name="Metadata">An object, for filters and for you.</param>
public sealed record UpsertItem(string? Key, JsonElement Image, JsonElement Vector, JsonElement Metadata);
