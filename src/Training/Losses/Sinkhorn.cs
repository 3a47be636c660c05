using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>
/// Shares items out over prototypes so that each prototype gets as much as every other (Cuturi 2013, arXiv 1306.0895, as SwAV uses it: Caron 2020, arXiv 2006.09882,
/// equation 5 and appendix A). In logarithms, so that no score is too large.
/// </summary>
public static class Sinkhorn
{
    /// <summary>exp(scores/ε), its columns and then its rows brought to equal sums, over and over. Lets no gradient through.</summary>
    /// <param name="scores">(N, K) similarities of items and prototypes.</param>
    /// <param name="epsilon">ε &gt; 0: the larger, the more alike the assignments.</param>
    /// <param name="iterations">Times that both are done; with 0 only the sum of all is brought to N.</param>
    /// <returns>(N, K) ≥ 0, the assignment of each item; its rows have sum 1, its columns about N/K.</returns>
    public static Tensor Assign(Tensor scores, double epsilon, int iterations)
    {
        LossInputs.Matrix(scores, nameof(scores));
        LossInputs.Positive(epsilon, nameof(epsilon));
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var logits = scores.detach() / epsilon; // (N, K)
        var log = logits - logits.flatten().logsumexp(0) + Math.Log(scores.size(0)); // (N, K)
        for (var i = 0; i < iterations; i++)
        {
            log = log - log.logsumexp(0, keepdim: true);
            log = log - log.logsumexp(1, keepdim: true);
        }

        return log.exp().MoveToOuterDisposeScope();
    }

    /// <summary>The same where earlier items take their share too: a batch much smaller than K cannot be spread over all prototypes.</summary>
    /// <param name="scores">(N, K).</param>
    /// <param name="earlier">(Q, K) scores of earlier items.</param>
    /// <param name="epsilon">ε &gt; 0.</param>
    /// <param name="iterations">Times that columns and rows are brought to equal sums.</param>
    /// <returns>(N, K), the assignments of the N items alone.</returns>
    public static Tensor Assign(Tensor scores, Tensor earlier, double epsilon, int iterations)
    {
        LossInputs.SameWidth(scores, nameof(scores), earlier, nameof(earlier));
        using var scope = NewDisposeScope();
        return Assign(cat([scores.detach(), earlier.detach()]), epsilon, iterations).narrow(0, 0, scores.size(0)).MoveToOuterDisposeScope();
    }
}
