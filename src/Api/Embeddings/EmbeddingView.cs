using System.Runtime.InteropServices;

namespace ContrastiveService.Api.Embeddings;

/// <param name="Embedding">A vector of length 1: an array of numbers, or base64 of little-endian 32-bit floats.</param>
public sealed record EmbeddingView(int Index, object Embedding)
{
    public static EmbeddingView Of(int index, float[] vector, VectorEncoding encoding) =>
        new(index, encoding == VectorEncoding.Float ? vector : ToBase64(vector));

    /// <summary>Little-endian 32-bit floats in padded standard base64.</summary>
    public static string ToBase64(float[] vector) => Convert.ToBase64String(MemoryMarshal.AsBytes<float>(vector));
}
