using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Contrastive multiview coding: what is seen in one kind of view is found again in every other (Tian et al. 2019, arXiv 1906.05849).</summary>
public static class Cmc
{
    /// <summary>InfoNCE both ways between every two kinds of view, summed over all pairs (the full graph).</summary>
    /// <param name="z">At least two of (B, d), row by row of the same items; normalised here.</param>
    /// <param name="temperature">τ &gt; 0.</param>
    /// <returns>A scalar ≥ 0; M(M − 1)·ln B when all M views of everything are one point.</returns>
    public static Tensor Loss(IReadOnlyList<Tensor> z, double temperature)
    {
        ArgumentNullException.ThrowIfNull(z);
        if (z.Count < 2)
            throw new ArgumentException($"z must hold two views or more; it holds {z.Count}.", nameof(z));
        using var scope = NewDisposeScope();
        var ways = from i in Enumerable.Range(0, z.Count)
                   from j in Enumerable.Range(0, z.Count)
                   where i != j
                   select InfoNce.Loss(z[i], z[j], temperature);
        return stack(ways).sum().MoveToOuterDisposeScope();
    }
}
