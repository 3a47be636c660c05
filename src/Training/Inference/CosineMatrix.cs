using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Inference;

/// <summary>Cosines of all vectors of one list with all of another.</summary>
public static class CosineMatrix
{
    /// <summary>One row for each vector of <paramref name="a"/>, in it a number in [−1, 1] for each of <paramref name="b"/>.</summary>
    /// <param name="a">Vectors of length 1 and of one width.</param>
    /// <param name="b">The same.</param>
    /// <exception cref="ArgumentException">A vector has another width.</exception>
    public static float[][] Of(float[][] a, float[][] b)
    {
        if (a.Length == 0 || b.Length == 0)
            return Array.ConvertAll(a, _ => Array.Empty<float>());
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var product = Rows(a, a[0].Length).mm(Rows(b, a[0].Length).t()).clamp_(-1, 1).contiguous(); // (n, m)
        var values = MemoryMarshal.Cast<byte, float>(product.bytes);
        var rows = new float[a.Length][];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = values.Slice(i * b.Length, b.Length).ToArray();
        return rows;
    }

    private static Tensor Rows(float[][] vectors, int width) => Array.TrueForAll(vectors, v => v.Length == width)
        ? tensor([.. vectors.SelectMany(v => v)], vectors.Length, width)
        : throw new ArgumentException($"All vectors must be {width} wide.", nameof(vectors));
}
