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
    /// <returns>A scalar ≥ 0, over all rows; 0, attached to the graph, where none is sure enough.</returns>
    public static Tensor Loss(Tensor weak, Tensor strong, double threshold)
    {
        LossInputs.SameShape(weak, nameof(weak), strong, nameof(strong));
        using var scope = NewDisposeScope();
        var (labels, kept) = PseudoLabels(weak, threshold);
        var each = nn.functional.cross_entropy(strong, labels, reduction: nn.Reduction.None); // (B)
        return (each * kept.to(each.dtype)).mean().MoveToOuterDisposeScope();
    }

    /// <summary>The likeliest class of each row, and whether it is at least as likely as <paramref name="threshold"/>.</summary>
    /// <param name="logits">(B, classes); no gradient passes.</param>
    /// <param name="threshold">τ in [0, 1].</param>
    /// <returns>(B) int64, and (B) bool.</returns>
    public static (Tensor Labels, Tensor Kept) PseudoLabels(Tensor logits, double threshold)
    {
        LossInputs.Matrix(logits, nameof(logits));
        LossInputs.Share(threshold, nameof(threshold));
        using var scope = NewDisposeScope();
        var (confidence, labels) = logits.detach().softmax(1).max(1);
        return (labels.MoveToOuterDisposeScope(), confidence.ge(threshold).MoveToOuterDisposeScope());
    }
}
