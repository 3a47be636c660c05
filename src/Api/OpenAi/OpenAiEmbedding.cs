using ContrastiveService.Api.Embeddings;

namespace ContrastiveService.Api.OpenAi;

/// <param name="Object"><c>embedding</c>.</param>
/// <param name="Embedding">An array of numbers, or base64 of little-endian 32-bit floats.</param>
public sealed record OpenAiEmbedding(string Object, int Index, object Embedding)
{
    public static OpenAiEmbedding Of(int index, float[] vector, bool base64) => new("embedding", index, base64 ? EmbeddingView.ToBase64(vector) : vector);
}
