using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>What one view of an item says is asked of its other views.</summary>
internal static class CrossViews
{
    /// <summary>−Σ_k q_k log p_k, mean over the rows and over all pairs of a target and another view.</summary>
    /// <param name="targets">T of (B, K): q of the first T views, detached here.</param>
    /// <param name="logits">V ≥ 2 of (B, K), from the same views and others; p is their softmax.</param>
    /// <returns>A scalar attached to every logit that has a target.</returns>
    public static Tensor CrossEntropy(IReadOnlyList<Tensor> targets, IReadOnlyList<Tensor> logits)
    {
        using var scope = NewDisposeScope();
        Tensor[] log = [.. logits.Select(view => nn.functional.log_softmax(view, 1))];
        var pairs =
            from t in Enumerable.Range(0, targets.Count)
            from v in Enumerable.Range(0, log.Length)
            where t != v
            select (targets[t].detach() * log[v]).sum(1).mean();
        return (-stack(pairs.ToArray()).mean()).MoveToOuterDisposeScope();
    }

    /// <summary>Refuses views of which none has another, and targets of which some has no view.</summary>
    public static void Check(IReadOnlyList<Tensor> targets, string targetsName, IReadOnlyList<Tensor> logits, string logitsName)
    {
        if (logits.Count < 2)
            throw new ArgumentException($"{logitsName} must hold at least two views; it holds {logits.Count}.", logitsName);
        if (targets.Count < 1 || targets.Count > logits.Count)
            throw new ArgumentException($"{targetsName} must hold those of 1 to {logits.Count} views; it holds {targets.Count}.", targetsName);
        foreach (var view in logits)
            LossInputs.SameShape(logits[0], logitsName, view, logitsName);
        foreach (var target in targets)
            LossInputs.SameShape(logits[0], logitsName, target, targetsName);
    }
}
