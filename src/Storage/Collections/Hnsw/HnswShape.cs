using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ContrastiveService.Storage.Collections.Hnsw;

/// <summary>
/// How vectors of one width and precision are written for pgvector: float16 as <c>halfvec</c>, float32 as <c>vector</c>. An HNSW index takes 2,000 numbers of a <c>vector</c> and 4,000 of a
/// <c>halfvec</c>; wider float32 vectors are indexed as float16, and their scores computed from what is stored.
/// </summary>
/// <param name="Width">Numbers in a vector.</param>
/// <param name="Half">They are float16.</param>
readonly record struct HnswShape(int Width, bool Half)
{
    const int WidestVector = 2000, Widest = 4000, LargestInPage = 8000;

    /// <summary>Why there can be no index; null where there can.</summary>
    public string? Obstacle => Width <= Widest
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"Vectors of {Width} numbers are wider than an HNSW index takes ({Widest}).");

    /// <summary>The column's type.</summary>
    public string Type => string.Create(CultureInfo.InvariantCulture, $"{(Half ? "halfvec" : "vector")}({Width})");

    /// <summary>What is indexed.</summary>
    public string Indexed => IsNarrowed ? $"(embedding::{IndexedType})" : "embedding";

    /// <summary>Unit vectors: their inner product is the cosine, and costs least.</summary>
    public string Operators => Half || IsNarrowed ? "halfvec_ip_ops" : "vector_ip_ops";

    /// <summary>The negative of the inner product, as the index orders it.</summary>
    public string IndexedDistance(string query) => $"{(IsNarrowed ? $"embedding::{IndexedType}" : "embedding")} <#> {query}::real[]::{IndexedType}";

    /// <summary>The same in the precision that is stored, the query in full. No index has this order, so that everything is compared.</summary>
    public string ExactDistance(string query) =>
        string.Create(CultureInfo.InvariantCulture, $"((embedding::vector({Width}) <#> {query}::real[]::vector({Width})) + 0)");

    /// <summary>Vectors that fit into a page with their row stay there; going to another table for each would cost a scan more than it reads.</summary>
    public string Storage => Width * (Half ? 2 : 4) <= LargestInPage ? "plain" : "external";

    /// <summary>Vectors as collections keep them, one behind the other, as numbers.</summary>
    /// <exception cref="InvalidDataException">One has another width.</exception>
    public float[] Decode(IReadOnlyList<byte[]> vectors)
    {
        var (numbers, bytes) = (new float[vectors.Count * Width], Width * (Half ? 2 : 4));
        for (var v = 0; v < vectors.Count; v++)
        {
            if (vectors[v].Length != bytes)
                throw new InvalidDataException($"A vector has {vectors[v].Length} bytes; {bytes} were expected.");
            var row = numbers.AsSpan(v * Width, Width);
            if (!Half)
                MemoryMarshal.Cast<byte, float>(vectors[v]).CopyTo(row);
            for (var i = 0; Half && i < Width; i++)
                row[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(vectors[v].AsSpan(2 * i));
        }

        return numbers;
    }

    bool IsNarrowed => !Half && Width > WidestVector;

    string IndexedType => IsNarrowed ? string.Create(CultureInfo.InvariantCulture, $"halfvec({Width})") : Type;
}
