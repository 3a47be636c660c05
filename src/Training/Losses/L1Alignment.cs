using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>The distance of two batches' mean features: the simplest alignment there is.</summary>
public static class L1Alignment
{
    /// <summary>mean_k | mean_i s_ik − mean_j t_jk |.</summary>
    /// <param name="source">(N, d).</param>
    /// <param name="target">(M, d).</param>
    /// <returns>A scalar ≥ 0.</returns>
    public static Tensor Loss(Tensor source, Tensor target)
    {
        LossInputs.SameWidth(source, nameof(source), target, nameof(target));
        using var scope = NewDisposeScope();
        return (source.mean([0]) - target.mean([0])).abs().mean().MoveToOuterDisposeScope();
    }
}
