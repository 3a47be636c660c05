using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Each view's prediction against what a teacher sees in the other view (Grill et al. 2020, arXiv 2006.07733, equation 2, in both directions).</summary>
public static class Byol
{
    /// <summary>[2 − 2·cos(p₀, sg z₁)] + [2 − 2·cos(p₁, sg z₀)], mean over the batch.</summary>
    /// <param name="p0">(B, d) predictions from one view; normalised here, as all rows are.</param>
    /// <param name="p1">(B, d) predictions from the other, row by row of the same items.</param>
    /// <param name="z0">(B, d) the teacher's projections of the one view; no gradient reaches them.</param>
    /// <param name="z1">(B, d) the teacher's projections of the other.</param>
    /// <returns>A scalar from 0, where predictions and projections agree or everything is one point, to 8; a zero row counts as at right angles.</returns>
    public static Tensor Loss(Tensor p0, Tensor p1, Tensor z0, Tensor z1)
    {
        LossInputs.SameShape(p0, nameof(p0), p1, nameof(p1));
        LossInputs.SameShape(p0, nameof(p0), z0, nameof(z0));
        LossInputs.SameShape(p0, nameof(p0), z1, nameof(z1));
        using var scope = NewDisposeScope();
        return (Regression(p0, z1) + Regression(p1, z0)).mean().MoveToOuterDisposeScope();
    }

    private static Tensor Regression(Tensor p, Tensor z) => 2 - 2 * (UnitRows.Of(p) * UnitRows.Of(z.detach())).sum(1); // (B)
}
