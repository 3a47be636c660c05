using System.Text.Json;
using System.Text.Json.Serialization;

namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <summary>How to learn: <c>supervised</c>, which is SupCon, or any method of <c>GET /api/v1/methods</c>.</summary>
public sealed record FineTuningMethod
{
    /// <summary><c>supervised</c>, or a method's name.</summary>
    public string? Type { get; init; }

    /// <summary>Beside the type <c>supervised</c>.</summary>
    public SupervisedMethod? Supervised { get; init; }

    /// <summary>Beside a method's name: its options, such as <c>temperature</c>.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Options { get; init; }
}
