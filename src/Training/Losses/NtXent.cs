using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>NT-Xent, the normalised temperature-scaled cross entropy of SimCLR (Chen et al. 2020, arXiv 2002.05709, equation 1).</summary>
public static class NtXent
{
    /// <summary>
    /// ℓ_ij = −log( e^{s_ij/τ} / Σ_{k≠i} e^{s_ik/τ} ) with cosine similarities s, averaged over the 2B anchors of both views.
    /// </summary>
    /// <param name="z0">(B, d) projections of one view; normalised here.</param>
    /// <param name="z1">(B, d) projections of the other view, row by row of the same items.</param>
    /// <param name="temperature">τ &gt; 0.</param>
    /// <returns>
    /// A scalar ≥ 0: ln(2B − 1) when everything is one point, ln(e^{1/τ} + 2B − 2) − 1/τ for perfect positives among orthogonal strangers, 0 for B = 1.
    /// </returns>
    public static Tensor Loss(Tensor z0, Tensor z1, double temperature)
    {
        LossInputs.SameShape(z0, nameof(z0), z1, nameof(z1));
        LossInputs.Positive(temperature, nameof(temperature));
        using var scope = NewDisposeScope();
        var b = z0.size(0);
        var z = UnitRows.Of(cat([z0, z1])); // (2B, d)
        var self = eye(2 * b, dtype: ScalarType.Bool, device: z.device);
        var logits = (z.mm(z.t()) / temperature).masked_fill(self, double.NegativeInfinity); // (2B, 2B)
        var partner = arange(2 * b, device: z.device).roll(b); // i + B and i − B
        return nn.functional.cross_entropy(logits, partner).MoveToOuterDisposeScope();
    }
}
