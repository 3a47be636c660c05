using System.Text.Json;
using ContrastiveService.Api.Errors;

namespace ContrastiveService.Api.Embeddings;

/// <param name="Model"><c>name</c>, <c>name:version</c> or <c>name@alias</c>.</param>
/// <param name="Input">A picture or an array of them, each a data URI, <c>{"image": data URI}</c>, <c>{"image_url": {"url": data URI}}</c> or <c>{"dataset":
/// name, "key": key}</c>.</param>
/// <param name="Encoding">How vectors are written.</param>
/// <param name="OnError">What a picture that cannot be embedded does to the others.</param>
public sealed record EmbeddingsRequest(
    string? Model, JsonElement Input, VectorEncoding Encoding = VectorEncoding.Float, ErrorHandling OnError = ErrorHandling.Refuse);
