using System.Text.Json;

namespace ContrastiveService.Api.Collections.Searching;

/// <param name="Score">The cosine of the two vectors, in [-1, 1].</param>
public sealed record FoundItem(string Key, double Score, JsonElement Metadata);
