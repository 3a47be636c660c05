using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>How far two classifiers disagree (maximum classifier discrepancy, Saito et al. 2018, arXiv 1712.02560, equation 9).</summary>
public static class ClassifierDiscrepancy
{
    /// <summary>mean over rows and classes of | softmax(a) − softmax(b) |.</summary>
    /// <param name="a">(N, classes) logits.</param>
    /// <param name="b">(N, classes) logits of the other for the same rows.</param>
    /// <returns>A scalar in [0, 2/classes].</returns>
    public static Tensor Loss(Tensor a, Tensor b)
    {
        LossInputs.SameShape(a, nameof(a), b, nameof(b));
        using var scope = NewDisposeScope();
        return (a.softmax(1) - b.softmax(1)).abs().mean().MoveToOuterDisposeScope();
    }
}
