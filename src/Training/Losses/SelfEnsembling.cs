using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Agreement with a teacher's probabilities, where the teacher is sure (French et al. 2018, arXiv 1706.05208, sections 3.1 and 3.2).</summary>
public static class SelfEnsembling
{
    /// <summary>1/B Σ_i 1[max q_i ≥ τ] · mean_c (p_ic − q_ic)²: p = softmax(student), q = softmax(teacher) without gradient.</summary>
    /// <param name="student">(B, classes) logits.</param>
    /// <param name="teacher">(B, classes) logits for the same items.</param>
    /// <param name="threshold">τ in [0, 1]; 0 keeps every row.</param>
    /// <returns>A scalar in [0, 2/classes], over all rows; 0, attached to the graph, where the teacher is sure of none.</returns>
    public static Tensor Loss(Tensor student, Tensor teacher, double threshold)
    {
        LossInputs.SameShape(student, nameof(student), teacher, nameof(teacher));
        LossInputs.Share(threshold, nameof(threshold));
        using var scope = NewDisposeScope();
        var q = teacher.detach().softmax(1); // (B, C)
        var kept = q.amax([1]).ge(threshold).to(q.dtype); // (B)
        return ((student.softmax(1) - q).square().mean([1]) * kept).mean().MoveToOuterDisposeScope();
    }
}
