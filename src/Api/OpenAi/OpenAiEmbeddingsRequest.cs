using System.Text.Json;
using System.Text.Json.Serialization;

namespace ContrastiveService.Api.OpenAi;

/// <summary>OpenAI's request, with pictures where it has text.</summary>
/// <param name="Model"><c>name</c>, <c>name:version</c> or <c>name@alias</c>.</param>
/// <param name="Input">A data URI or an array of them; <c>{"image": …}</c> and <c>{"image_url": {"url": …}}</c> too.</param>
/// <param name="EncodingFormat"><c>float</c> or <c>base64</c>.</param>
/// <param name="Dimensions">Only the model's own width.</param>
/// <param name="User">Taken and ignored.</param>
public sealed record OpenAiEmbeddingsRequest(
    string? Model,
    JsonElement Input,
    [property: JsonPropertyName("encoding_format")] string? EncodingFormat,
    int? Dimensions,
    string? User);
