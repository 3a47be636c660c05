using System.Text.Json.Serialization;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Inference;

namespace ContrastiveService.Api.Embeddings;

/// <param name="Model">The version that made them: <c>name:version</c>.</param>
/// <param name="Width">Numbers in a vector.</param>
/// <param name="Data">One for each picture that has no error, in their order.</param>
/// <param name="Errors">One for each of the others, in their order; there only where they were asked for.</param>
public sealed record EmbeddingsView(
    string Model, int Width, IReadOnlyList<EmbeddingView> Data, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ItemErrorView>? Errors)
{
    internal static EmbeddingsView Of(Embedded embedded, VectorEncoding encoding) => new(
        embedded.Model,
        embedded.Width,
        [.. embedded.Vectors.Index().Where(v => embedded.Faults[v.Index] is null).Select(v => EmbeddingView.Of(v.Index, v.Item, encoding))],
        embedded.Faults.View);
}
