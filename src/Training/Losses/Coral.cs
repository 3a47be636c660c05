using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Correlation alignment (Deep CORAL, Sun and Saenko 2016, arXiv 1607.01719, equation 1).</summary>
public static class Coral
{
    /// <summary>‖C_s − C_t‖²_F / 4d², C being covariances over n − 1.</summary>
    /// <param name="source">(N, d).</param>
    /// <param name="target">(M, d).</param>
    /// <returns>A scalar ≥ 0. One row has no covariance: it counts as 0.</returns>
    public static Tensor Loss(Tensor source, Tensor target)
    {
        LossInputs.SameWidth(source, nameof(source), target, nameof(target));
        using var scope = NewDisposeScope();
        // The square of a difference, divided before it is squared: covariances of large features stay in float32's range.
        return ((Covariance(source) - Covariance(target)) / (2 * source.size(1))).square().sum().MoveToOuterDisposeScope();
    }

    private static Tensor Covariance(Tensor x)
    {
        var centered = x - x.mean([0], keepdim: true); // (N, d)
        return centered.t().mm(centered) / Math.Max(1, x.size(0) - 1); // (d, d)
    }
}
