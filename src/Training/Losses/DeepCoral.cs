using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Deep CORAL: how far apart the second moments of two domains are (Sun, Saenko 2016, arXiv 1607.01719, equations 1 to 3).</summary>
public static class DeepCoral
{
    /// <summary>‖C_s − C_t‖²_F / 4d², C the covariance with n − 1 under it.</summary>
    /// <param name="source">(B, d) features.</param>
    /// <param name="target">(B′, d).</param>
    /// <returns>A scalar ≥ 0; 0 where both domains have the same covariance. A single row has none.</returns>
    public static Tensor Loss(Tensor source, Tensor target)
    {
        LossInputs.SameWidth(source, nameof(source), target, nameof(target));
        using var scope = NewDisposeScope();
        var d = source.size(1);
        return ((Covariance(source) - Covariance(target)).square().sum() / (4.0 * d * d)).MoveToOuterDisposeScope();
    }

    private static Tensor Covariance(Tensor x)
    {
        var centred = x - x.mean([0L], keepdim: true);
        return centred.t().mm(centred) / Math.Max(x.size(0) - 1, 1); // (d, d)
    }
}
