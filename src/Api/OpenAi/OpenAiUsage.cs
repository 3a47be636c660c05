using System.Text.Json.Serialization;

namespace ContrastiveService.Api.OpenAi;

/// <summary>Pictures take the place of tokens.</summary>
public sealed record OpenAiUsage([property: JsonPropertyName("prompt_tokens")] int PromptTokens, [property: JsonPropertyName("total_tokens")] int TotalTokens);
