using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Pseudo-labels of one view for another (Sohn et al. 2020, arXiv 2001.07685, equation 4).</summary>
public static class FixMatch
{
    /// <summary>1/B Σ_i 1[max q_i ≥ τ] H(argmax q_i, p_i): q = softmax(weak) without gradient, p = softmax(strong).</summary>
    /// <param name="weak">(B, classes) logits of the weakly changed views.</param>
    /// <param name="strong">(B, classes) logits of the strongly changed views of the same items.</param>
    /// <param name="threshold">τ in [0, 1].</param>
    /// <param name="of">() what τ is a share of; 1 if left out.</param>
    /// <returns>A scalar ≥ 0, over all rows; 0, attached to the graph, where none is sure enough.</returns>
    public static Tensor Loss(Tensor weak, Tensor strong, double threshold, Tensor? of = null)
    {
        LossInputs.SameShape(weak, nameof(weak), strong, nameof(strong));
        using var scope = NewDisposeScope();
        var (labels, kept) = PseudoLabels(weak, threshold, of);
        var each = nn.functional.cross_entropy(strong, labels, reduction: nn.Reduction.None); // (B)
        return (each * kept.to(each.dtype)).mean().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Opinions about one set of items, moved so that the classes are as frequent among them as among others: q_ic ∝ p_ic · mean_j r_jc / mean_i p_ic, each row summing
    /// to 1 (distribution alignment; Berthelot et al. 2022, arXiv 2106.04732, section 3.2).
    /// </summary>
    /// <param name="logits">(B, classes); no gradient passes.</param>
    /// <param name="reference">(B′, classes) logits of the items whose frequencies are taken.</param>
    /// <returns>(B, classes) logits, the logarithms of q.</returns>
    public static Tensor Align(Tensor logits, Tensor reference)
    {
        LossInputs.Matrix(logits, nameof(logits));
        LossInputs.Matrix(reference, nameof(reference));
        using var scope = NewDisposeScope();
        var (p, r) = (logits.detach().log_softmax(1), reference.detach().log_softmax(1));
        return (p + Frequencies(r) - Frequencies(p)).log_softmax(1).MoveToOuterDisposeScope();

        // The logarithm of a mean of probabilities.
        static Tensor Frequencies(Tensor logs) => logs.logsumexp(0, keepdim: true) - Math.Log(logs.size(0));
    }

    /// <summary>The likeliest class of each row, and whether it is at least as likely as <paramref name="threshold"/>.</summary>
    /// <param name="logits">(B, classes); no gradient passes.</param>
    /// <param name="threshold">τ in [0, 1].</param>
    /// <param name="of">() what τ is a share of; 1 if left out.</param>
    /// <returns>(B) int64, and (B) bool.</returns>
    public static (Tensor Labels, Tensor Kept) PseudoLabels(Tensor logits, double threshold, Tensor? of = null)
    {
        LossInputs.Matrix(logits, nameof(logits));
        LossInputs.Share(threshold, nameof(threshold));
        using var scope = NewDisposeScope();
        var (confidence, labels) = logits.detach().softmax(1).max(1);
        var kept = of is null ? confidence.ge(threshold) : confidence.ge(of * threshold);
        return (labels.MoveToOuterDisposeScope(), kept.MoveToOuterDisposeScope());
    }
}
