using System.Text.Json.Serialization;

namespace ContrastiveService.Api.OpenAi;

/// <summary>A page of a list, newest first.</summary>
/// <param name="Object"><c>list</c>.</param>
/// <param name="HasMore">Whether there are older ones: give the last one's id back as <c>after</c>.</param>
public sealed record OpenAiPage<T>(string Object, IReadOnlyList<T> Data, [property: JsonPropertyName("has_more")] bool HasMore);
