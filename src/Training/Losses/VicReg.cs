using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>
/// Invariance, variance, covariance (Bardes, Ponce, LeCun 2022, "VICReg", arXiv 2105.04906, equations 1 to 6):
/// L = λ·MSE(Z₀, Z₁) + μ·½[v(Z₀) + v(Z₁)] + ν·[c(Z₀) + c(Z₁)] with v = mean_j max(0, 1 − √(Var_j + 1e-4)) and c = Σ_{i≠j} Cov_ij²/d.
/// The paper's equation has no ½; the authors' code has it.
/// </summary>
/// <remarks>Rows are taken as they are: their length is part of what the loss shapes. Variance and covariance divide by B − 1; of a single row they are 0.</remarks>
public static class VicReg
{
    private const double Eps = 1e-4;

    /// <summary>Loss and parts of two views.</summary>
    /// <param name="z0">(B, d) projections of one view.</param>
    /// <param name="z1">(B, d) projections of the other, row by row of the same items.</param>
    /// <param name="invarianceWeight">λ ≥ 0.</param>
    /// <param name="varianceWeight">μ ≥ 0.</param>
    /// <param name="covarianceWeight">ν ≥ 0.</param>
    /// <returns>A loss ≥ 0; 0.99·μ when everything is one point.</returns>
    public static VicRegTerms Of(Tensor z0, Tensor z1, double invarianceWeight = 25, double varianceWeight = 25, double covarianceWeight = 1)
    {
        LossInputs.SameShape(z0, nameof(z0), z1, nameof(z1));
        LossInputs.NotNegative(invarianceWeight, nameof(invarianceWeight));
        LossInputs.NotNegative(varianceWeight, nameof(varianceWeight));
        LossInputs.NotNegative(covarianceWeight, nameof(covarianceWeight));
        using var scope = NewDisposeScope();
        var invariance = (z0 - z1).square().mean();
        var (v0, c0) = Spread(z0);
        var (v1, c1) = Spread(z1);
        var (variance, covariance) = ((v0 + v1) / 2, c0 + c1);
        return new(
            (invarianceWeight * invariance + varianceWeight * variance + covarianceWeight * covariance).MoveToOuterDisposeScope(),
            invariance.MoveToOuterDisposeScope(),
            variance.MoveToOuterDisposeScope(),
            covariance.MoveToOuterDisposeScope());
    }

    /// <summary>v and c of one view.</summary>
    private static (Tensor Variance, Tensor Covariance) Spread(Tensor z)
    {
        var centered = Columns.Centered(z);
        var covariance = centered.t().mm(centered) / Math.Max(z.size(0) - 1, 1); // (d, d)
        var shortfall = (1 - (covariance.diagonal() + Eps).sqrt()).relu(); // (d)
        return (shortfall.mean(), Columns.SquaresBesideDiagonal(covariance) / z.size(1));
    }
}
