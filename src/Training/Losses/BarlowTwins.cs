using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>
/// The cross-correlation of two views' features made the identity (Zbontar et al. 2021, "Barlow Twins", arXiv 2103.03230, equations 1 and 2):
/// L = Σ_i (1 − C_ii)² + λ·Σ_{i≠j} C_ij² with C = Ẑ₀ᵀẐ₁/B, features standardised over the batch.
/// </summary>
public static class BarlowTwins
{
    /// <summary>Under the variance, as in batch normalisation, which the authors standardise with.</summary>
    private const double Eps = 1e-5;

    /// <summary>Loss and parts of two views.</summary>
    /// <param name="z0">(B, d) projections of one view; standardised here, with the variance of B.</param>
    /// <param name="z1">(B, d) projections of the other, row by row of the same items.</param>
    /// <param name="lambda">λ ≥ 0.</param>
    /// <returns>
    /// A loss ≥ 0; d when everything is one point, and for B = 1, where nothing varies and the gradient is 0.
    /// </returns>
    public static BarlowTwinsTerms Of(Tensor z0, Tensor z1, double lambda)
    {
        LossInputs.SameShape(z0, nameof(z0), z1, nameof(z1));
        LossInputs.NotNegative(lambda, nameof(lambda));
        using var scope = NewDisposeScope();
        var c = Columns.Standardized(z0, Eps).t().mm(Columns.Standardized(z1, Eps)) / z0.size(0); // (d, d)
        var onDiagonal = (1 - c.diagonal()).square().sum();
        var offDiagonal = Columns.SquaresBesideDiagonal(c);
        return new(
            (onDiagonal + lambda * offDiagonal).MoveToOuterDisposeScope(),
            onDiagonal.MoveToOuterDisposeScope(),
            offDiagonal.MoveToOuterDisposeScope());
    }
}
