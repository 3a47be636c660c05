using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>In how many directions features vary, and how much.</summary>
public static class Spectrum
{
    /// <summary>
    /// RankMe (Garrido et al. 2023, arXiv 2210.02885): exp(−Σ p_k ln p_k) with p_k = σ_k/Σσ + eps over the singular values of the features.
    /// </summary>
    /// <param name="z">(N, d) features, as they are.</param>
    /// <param name="centered">Whether each feature's mean is taken off first. The paper does not; a common offset then counts as one large direction.</param>
    /// <param name="eps">1e-7 in the paper.</param>
    /// <returns>About 1 to min(N, d); 0 for a matrix of zeros (where the formula divides zero by zero), and NaN if a feature is not finite.</returns>
    public static double EffectiveRank(Tensor z, bool centered = false, double eps = 1e-7)
    {
        LossInputs.Matrix(z, nameof(z));
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var x = z.detach().to(ScalarType.Float64);
        if (centered)
            x -= x.mean([0], keepdim: true);
        if (!x.isfinite().all().ToBoolean())
            return double.NaN;
        // A tall matrix has the singular values of its R factor, which is no larger than (d, d).
        var s = linalg.svdvals(x.size(0) > x.size(1) ? linalg.qr(x, linalg.QRMode.R).R : x); // (min(N, d))
        var total = s.sum();
        if (total.ToDouble() == 0)
            return 0;
        var p = s / total + eps;
        return Math.Exp(-(p * p.log()).sum().ToDouble());
    }

    /// <summary>Mean over features of their standard deviation over the rows, after every row was brought to length 1.</summary>
    /// <param name="z">(N, d) features.</param>
    /// <returns>About 1/√d when the rows point everywhere, 0 when they are one point, for a single row too; NaN if a feature is not finite.</returns>
    public static double NormalizedStd(Tensor z)
    {
        LossInputs.Matrix(z, nameof(z));
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return z.size(0) == 1 ? 0 : UnitRows.Of(z.detach()).std([0], unbiased: true).mean().ToDouble();
    }
}
