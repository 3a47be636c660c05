using System.Text.Json;
using System.Text.Json.Serialization;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Training.Search;

namespace ContrastiveService.Api.Collections.Items;

/// <summary>An item of a collection.</summary>
/// <param name="Image">Where its picture is, when it came from a data set.</param>
/// <param name="Vector">Of length 1; only when asked for.</param>
public sealed record CollectionItemView(
    string Key, JsonElement Metadata, string? Image, DateTime CreatedAt, DateTime UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] float[]? Vector)
{
    public static CollectionItemView Of(CollectionItem i, bool? withVector, bool half) => new(
        i.Key,
        JsonElement.Parse(i.Metadata),
        i.Dataset is null ? null : $"/api/v1/datasets/{i.Dataset}/items/{Uri.EscapeDataString(i.DatasetKey!)}/image",
        i.CreatedAt,
        i.UpdatedAt,
        withVector == true ? VectorFormat.Decode(i.Vector, half) : null);
}
