using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>The decoupled contrastive loss: the positive is not in the denominator (Yeh et al. 2021, arXiv 2110.06848, equations 6 and 7). It may be negative.</summary>
public static class Dcl
{
    /// <summary>−s_pos/τ + log Σ e^{s/τ} over the negatives of both views, mean over the 2B anchors.</summary>
    /// <param name="z0">(B, d) projections of one view; normalised here.</param>
    /// <param name="z1">(B, d) projections of the other, row by row of the same items.</param>
    /// <param name="temperature">τ &gt; 0.</param>
    /// <returns>A scalar ≥ ln(2B − 2) − 2/τ; 0, attached to the graph, for B = 1, where there is no negative.</returns>
    public static Tensor Loss(Tensor z0, Tensor z1, double temperature) => Loss(z0, z1, temperature, null);

    /// <summary>DCLW: the positive is weighted by 2 − B·softmax(s_pos/σ) over the batch, without gradient, so that far pairs pull harder.</summary>
    /// <param name="z0">(B, d).</param>
    /// <param name="z1">(B, d).</param>
    /// <param name="temperature">τ &gt; 0.</param>
    /// <param name="sigma">σ &gt; 0.</param>
    /// <returns>A scalar.</returns>
    public static Tensor Weighted(Tensor z0, Tensor z1, double temperature, double sigma)
    {
        LossInputs.Positive(sigma, nameof(sigma));
        return Loss(z0, z1, temperature, sigma);
    }

    private static Tensor Loss(Tensor z0, Tensor z1, double temperature, double? sigma)
    {
        LossInputs.SameShape(z0, nameof(z0), z1, nameof(z1));
        LossInputs.Positive(temperature, nameof(temperature));
        using var scope = NewDisposeScope();
        var b = z0.size(0);
        var (u0, u1) = (UnitRows.Of(z0), UnitRows.Of(z1));
        if (b == 1)
            return ((u0.sum() + u1.sum()) * 0).MoveToOuterDisposeScope();
        var z = cat([u0, u1]); // (2B, d)
        var own = eye(b, dtype: ScalarType.Bool, device: z.device).repeat(2, 2); // (2B, 2B): the row itself and its other view
        var negatives = (z.mm(z.t()) / temperature).masked_fill(own, double.NegativeInfinity).logsumexp(1); // (2B)
        var positive = (u0 * u1).sum(1); // (B), the same in both directions
        var weighted = sigma is { } s ? (2 - b * nn.functional.softmax(positive.detach() / s, 0)) * positive : positive;
        return (negatives.mean() - weighted.mean() / temperature).MoveToOuterDisposeScope();
    }
}
