using System.Runtime.InteropServices;
using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Inference;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Explanation;

/// <summary>
/// Which parts of two pictures make them alike: gradient times input at positions from which the way to the features is linear. Behind a global average that is exactly the
/// decomposition of Stylianou, Souvenir and Pless (2019, arXiv 1901.00536, section 3): a position p of the first picture adds F(p)·z′/(P |z| |z′|), and the sum is the cosine.
/// A transformer is linear in its patches where its attention weights, norms' scales and gates are held as they are (Ali et al. 2022, arXiv 2202.07304, section 3).
/// </summary>
/// <param name="VectorA">What the network made of the first picture, of length 1 (or all zeros when it gives zeros).</param>
/// <param name="VectorB">The same of the second.</param>
/// <param name="A">What the positions of the first add to the cosine.</param>
/// <param name="B">The same of the second.</param>
public sealed record PairExplanation(float[] VectorA, float[] VectorB, HeatMap A, HeatMap B)
{
    // Kept for ever: a server's collector may run at any moment (see Native/Scalars.cs).
    private static readonly Scalar Eps = 1e-12;

    /// <summary>Of the two pictures, from the same pass: with what is left, the parts of either make exactly this.</summary>
    public double Cosine { get; } = UnitVectors.Cosine(VectorA, VectorB);

    /// <summary>
    /// What no position of the first picture adds: 0 behind a global average; the bias of a linear layer behind the positions (<c>seed-convnet</c>); what a vision transformer's
    /// biases, class token and position embeddings add.
    /// </summary>
    public double RemainderA => Cosine - A.Sum;

    /// <summary>The same of the second.</summary>
    public double RemainderB => Cosine - B.Sum;

    /// <summary>Explains one pair.</summary>
    /// <param name="encoder">In evaluation mode, and none of its parameters wants a gradient.</param>
    /// <param name="pair">(2, C, H, W), normalised.</param>
    internal static PairExplanation Of(Backbone encoder, Tensor pair)
    {
        using var scope = NewDisposeScope();
        using var graded = enable_grad();
        var (features, positions) = encoder.FromPositions(pair); // (2, d), (2, C, h, w)
        var z = features.detach();
        var lengths = z.norm(1, keepdim: true, p: 2).clamp_min(Eps); // (2, 1)
        var unit = z / lengths;
        // Lengths stay as they are, so that what a position adds is linear in it wherever the rest of the network is.
        var gradient = autograd.grad([(features * unit.flip(0) / lengths).sum()], [positions])[0];
        var added = (gradient * positions.detach()).sum(1).to(float32).cpu().contiguous(); // (2, h, w)
        var (rows, columns) = ((int)added.size(1), (int)added.size(2));
        var values = MemoryMarshal.Cast<byte, float>(added.bytes);
        var vectors = MemoryMarshal.Cast<byte, float>(unit.to(float32).cpu().contiguous().bytes);
        return new(
            vectors[..encoder.Width].ToArray(), vectors[encoder.Width..].ToArray(),
            new(rows, columns, values[..(rows * columns)].ToArray()), new(rows, columns, values[(rows * columns)..].ToArray()));
    }
}
