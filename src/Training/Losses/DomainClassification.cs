using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>How well a discriminator tells two domains apart (DANN, Ganin et al. 2016, arXiv 1505.07818, equation 9's L_d).</summary>
public static class DomainClassification
{
    /// <summary>½ (mean −log σ(s) + mean −log(1 − σ(t))): cross entropy with the source as 1, both domains counting the same.</summary>
    /// <param name="source">(N, 1) logits.</param>
    /// <param name="target">(M, 1) logits.</param>
    /// <returns>A scalar ≥ 0; ln 2 of a discriminator that knows nothing.</returns>
    public static Tensor Loss(Tensor source, Tensor target)
    {
        Check(source, target);
        using var scope = NewDisposeScope();
        var (isSource, isTarget) = (ones_like(source), zeros_like(target));
        var loss = nn.functional.binary_cross_entropy_with_logits(source, isSource) + nn.functional.binary_cross_entropy_with_logits(target, isTarget);
        return (0.5 * loss).MoveToOuterDisposeScope();
    }

    /// <summary>() in [0, 1]: the share that it tells right, both domains counting the same; a logit of 0 says source.</summary>
    /// <param name="source">(N, 1) logits.</param>
    /// <param name="target">(M, 1) logits.</param>
    public static Tensor Accuracy(Tensor source, Tensor target)
    {
        Check(source, target);
        using var scope = NewDisposeScope();
        return (0.5 * (source.ge(0).to(float32).mean() + target.lt(0).to(float32).mean())).MoveToOuterDisposeScope();
    }

    private static void Check(Tensor source, Tensor target)
    {
        LossInputs.SameWidth(source, nameof(source), target, nameof(target));
        if (source.size(1) != 1)
            throw new ArgumentException($"{nameof(source)} must hold one logit a row, shape (N, 1); its shape is ({string.Join(", ", source.shape)}).", nameof(source));
    }
}
