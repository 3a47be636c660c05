using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Each view's prediction against the other view's projection, which is taken as it is (Chen and He 2021, arXiv 2011.10566, equations 1 to 4).</summary>
public static class SimSiam
{
    /// <summary>The authors' code has no direction for shorter rows.</summary>
    private const double Eps = 1e-8;

    /// <summary>−½·[cos(p₀, sg z₁) + cos(p₁, sg z₀)], mean over the batch.</summary>
    /// <param name="p0">(B, d) predictions from one view; normalised here, as all rows are.</param>
    /// <param name="p1">(B, d) predictions from the other, row by row of the same items.</param>
    /// <param name="z0">(B, d) projections of the one view; no gradient reaches them.</param>
    /// <param name="z1">(B, d) projections of the other.</param>
    /// <returns>A scalar from −1, where predictions and projections agree or everything is one point, to 1; a zero row counts as 0.</returns>
    public static Tensor Loss(Tensor p0, Tensor p1, Tensor z0, Tensor z1)
    {
        LossInputs.SameShape(p0, nameof(p0), p1, nameof(p1));
        LossInputs.SameShape(p0, nameof(p0), z0, nameof(z0));
        LossInputs.SameShape(p0, nameof(p0), z1, nameof(z1));
        using var scope = NewDisposeScope();
        return ((Cosine(p0, z1) + Cosine(p1, z0)).mean() / -2).MoveToOuterDisposeScope();
    }

    private static Tensor Cosine(Tensor p, Tensor z) => (UnitRows.Of(p, Eps) * UnitRows.Of(z.detach(), Eps)).sum(1); // (B)
}
