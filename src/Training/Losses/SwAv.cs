using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Each view predicts to which prototypes another view of the same item was assigned (Caron et al. 2020, arXiv 2006.09882, equations 1 and 2).</summary>
public static class SwAv
{
    /// <summary>−Σ_k q_k log softmax(scores/τ)_k of each assigned view against each other one, mean over rows and pairs of views.</summary>
    /// <param name="scores">V ≥ 2 of (B, K): similarities of a view's projections and the prototypes.</param>
    /// <param name="assignments">Of the first of these views, (B, K) each, rows of sum 1 (<see cref="Sinkhorn"/>); they get no gradient.</param>
    /// <param name="temperature">τ &gt; 0.</param>
    /// <returns>A scalar ≥ 0; ln K when everything is one point.</returns>
    public static Tensor Loss(IReadOnlyList<Tensor> scores, IReadOnlyList<Tensor> assignments, double temperature)
    {
        CrossViews.Check(assignments, nameof(assignments), scores, nameof(scores));
        LossInputs.Positive(temperature, nameof(temperature));
        using var scope = NewDisposeScope();
        return CrossViews.CrossEntropy(assignments, [.. scores.Select(s => s / temperature)]).MoveToOuterDisposeScope();
    }
}
