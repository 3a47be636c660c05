using System.Text.Json;

namespace ContrastiveService.Api.Similarity;

/// <param name="Model"><c>name</c>, <c>name:version</c> or <c>name@alias</c>.</param>
/// <param name="A">The rows: a picture or an array of them, each a data URI, <c>{"image": data URI}</c>, <c>{"image_url": {"url": data URI}}</c> or
/// <c>{"dataset": name, "key": key}</c>.</param>
/// <param name="B">The columns, likewise.</param>
/// <param name="Probabilities">Whether P(same) is wanted beside each cosine.</param>
/// <param name="Prior">The share of pairs that are the same among those that are asked about, between 0 and 1; 0.5 when left out.</param>
public sealed record MatrixRequest(string? Model, JsonElement A, JsonElement B, bool Probabilities = false, double? Prior = null);
