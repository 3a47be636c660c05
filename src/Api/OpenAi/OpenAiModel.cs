using System.Text.Json.Serialization;

namespace ContrastiveService.Api.OpenAi;

/// <param name="Object"><c>model</c>.</param>
/// <param name="Created">Seconds since 1970.</param>
public sealed record OpenAiModel(string Id, string Object, long Created, [property: JsonPropertyName("owned_by")] string OwnedBy)
{
    /// <summary>Who owns everything here.</summary>
    public const string Owner = "contrastive-service";

    public static OpenAiModel Of(string id, DateTime created) => new(id, "model", new DateTimeOffset(created).ToUnixTimeSeconds(), Owner);
}
