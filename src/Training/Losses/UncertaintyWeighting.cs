using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Several tasks' losses as one, each by how certain its task is, which is learned with the rest (Kendall, Gal, Cipolla 2018, arXiv 1705.07115, section 3.2).</summary>
public static class UncertaintyWeighting
{
    private const double MostCertain = 50; // e⁵⁰ leaves float32 room for the loss

    /// <summary>Σ ½·e^{−s_i}·L_i + ½·s_i, least where s_i = ln L_i.</summary>
    /// <param name="losses">(T) ≥ 0, one for each task.</param>
    /// <param name="s">(T) s_i = ln σ_i², learned.</param>
    /// <returns>A scalar of either sign.</returns>
    public static Tensor Loss(Tensor losses, Tensor s)
    {
        if (losses.dim() != 1 || s.dim() != 1 || losses.size(0) != s.size(0) || s.size(0) == 0)
            throw new ArgumentException($"s must hold one number for each of the losses; their shapes are ({string.Join(", ", s.shape)}) and ({string.Join(", ", losses.shape)}).", nameof(s));
        using var scope = NewDisposeScope();
        return ((Weights(s) * losses).sum() + (s.sum() / 2)).MoveToOuterDisposeScope();
    }

    /// <summary>½·e^{−s}, what each loss counts.</summary>
    /// <param name="s">(T).</param>
    /// <returns>(T) ≥ 0.</returns>
    public static Tensor Weights(Tensor s)
    {
        using var scope = NewDisposeScope();
        return ((-s).clamp_max(MostCertain).exp() / 2).MoveToOuterDisposeScope();
    }
}
