using System.Text.Json;

namespace ContrastiveService.Api.Similarity;

/// <param name="Model"><c>name</c>, <c>name:version</c> or <c>name@alias</c>.</param>
/// <param name="A">A picture: a data URI, or <c>{"dataset": name, "key": key}</c>.</param>
/// <param name="B">The other.</param>
public sealed record SimilarityRequest(string? Model, JsonElement A, JsonElement B);
