using System.Text.Json;

namespace ContrastiveService.Api.Similarity;

/// <param name="Model"><c>name</c>, <c>name:version</c> or <c>name@alias</c>.</param>
/// <param name="A">A picture: a data URI, or <c>{"dataset": name, "key": key}</c>.</param>
/// <param name="B">The other.</param>
/// <param name="FalsePositiveRate">The share of pairs that are not the same that the decision may take for the same, between 0 and 1; 0.01 when left out.</param>
/// <param name="Prior">The share of pairs that are the same among those that are asked about, between 0 and 1; 0.5 when left out.</param>
/// <param name="Explain">Whether it is wanted which parts of the pictures make them alike.</param>
public sealed record SimilarityRequest(string? Model, JsonElement A, JsonElement B, double? FalsePositiveRate = null, double? Prior = null, bool Explain = false);
