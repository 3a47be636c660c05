using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Self-distillation without labels: the student's view of one crop matches the teacher's of another (Caron et al. 2021, arXiv 2104.14294, equation 3).</summary>
public static class Dino
{
    /// <summary>H(softmax((t − c)/τ_t), softmax(s/τ_s)), mean over rows and over all pairs of different views.</summary>
    /// <param name="student">V ≥ 2 of (B, K), of all views.</param>
    /// <param name="teacher">(B, K) each, of the first of these views; they get no gradient.</param>
    /// <param name="center">(K) c, which keeps the teacher from always saying the same.</param>
    /// <param name="studentTemperature">τ_s &gt; 0.</param>
    /// <param name="teacherTemperature">τ_t &gt; 0, below τ_s: the teacher is the sharper one.</param>
    public static DinoTerms Loss(
        IReadOnlyList<Tensor> student, IReadOnlyList<Tensor> teacher, Tensor center, double studentTemperature, double teacherTemperature)
    {
        CrossViews.Check(teacher, nameof(teacher), student, nameof(student));
        LossInputs.Positive(studentTemperature, nameof(studentTemperature));
        LossInputs.Positive(teacherTemperature, nameof(teacherTemperature));
        if (center.dim() != 1 || center.size(0) != student[0].size(1))
            throw new ArgumentException($"{nameof(center)} must hold {student[0].size(1)} numbers; its shape is ({string.Join(", ", center.shape)}).", nameof(center));
        using var scope = NewDisposeScope();
        Tensor[] sharp = [.. teacher.Select(t => (t.detach() - center.detach()) / teacherTemperature)];
        Tensor[] targets = [.. sharp.Select(t => nn.functional.softmax(t, 1))];
        var loss = CrossViews.CrossEntropy(targets, [.. student.Select(s => s / studentTemperature)]);
        var entropy = -stack(targets.Zip(sharp, (q, t) => (q * nn.functional.log_softmax(t, 1)).sum(1).mean()).ToArray()).mean();
        return new DinoTerms(loss.MoveToOuterDisposeScope(), entropy.MoveToOuterDisposeScope());
    }
}
