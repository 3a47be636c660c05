using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>What it is given, with the gradient turned around (DANN, Ganin et al. 2016, arXiv 1505.07818, section 4.2): what comes before works against what comes after.</summary>
public static class GradientReversal
{
    /// <summary>x forward, and −λ times the gradient backward.</summary>
    /// <param name="x">Of any shape.</param>
    /// <param name="lambda">λ ≥ 0.</param>
    public static Tensor Of(Tensor x, double lambda)
    {
        LossInputs.NotNegative(lambda, nameof(lambda));
        using var scope = NewDisposeScope();
        var value = x.detach();
        // (1 + λ)·value − λ·x, in an order in which nothing is rounded: the difference is 0.
        return (value + lambda * (value - x)).MoveToOuterDisposeScope();
    }

    /// <summary>λ_p = 2/(1 + e^{−γp}) − 1 (section 5.2.2): 0 at first, near 1 at last.</summary>
    /// <param name="progress">p, the share of the run's steps that are done, 0 to 1.</param>
    /// <param name="gamma">γ &gt; 0.</param>
    public static double Coefficient(double progress, double gamma = 10)
    {
        LossInputs.NotNegative(progress, nameof(progress));
        LossInputs.Positive(gamma, nameof(gamma));
        return (2 / (1 + Math.Exp(-gamma * progress))) - 1;
    }
}
