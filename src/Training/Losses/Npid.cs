using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Non-parametric instance discrimination against a memory of every item (Wu et al. 2018, arXiv 1805.01978). Only the features get a gradient.</summary>
public static class Npid
{
    /// <summary>−log( e^{v_i·v/τ} / Σ_j e^{v_j·v/τ} ) over all of the memory, mean over the batch (equation 2).</summary>
    /// <param name="v">(B, d) features; normalised here.</param>
    /// <param name="memory">(N, d), of length 1.</param>
    /// <param name="items">(B) int64, each feature's row of the memory.</param>
    /// <param name="temperature">τ &gt; 0.</param>
    /// <returns>A scalar ≥ 0; ln N when the memory is one point.</returns>
    public static Tensor Softmax(Tensor v, Tensor memory, Tensor items, double temperature)
    {
        Check(v, memory, items, temperature);
        using var scope = NewDisposeScope();
        var logits = UnitRows.Of(v).mm(memory.t()) / temperature; // (B, N)
        return nn.functional.cross_entropy(logits, items).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The noise-contrastive estimate of it (equations 5 to 7, the mean over the batch): each item told from K drawn evenly from the memory. In logarithms
    /// throughout, so that no τ overflows.
    /// </summary>
    /// <param name="v">(B, d).</param>
    /// <param name="memory">(N, d).</param>
    /// <param name="items">(B) int64.</param>
    /// <param name="noise">(B, K) int64, drawn rows of the memory.</param>
    /// <param name="temperature">τ &gt; 0.</param>
    /// <param name="logZ">() ln Z, or null to take <see cref="LogZ"/> of this batch.</param>
    /// <returns>A scalar ≥ 0, and the ln Z that was used, without gradient.</returns>
    public static (Tensor Loss, Tensor LogZ) Nce(Tensor v, Tensor memory, Tensor items, Tensor noise, double temperature, Tensor? logZ = null)
    {
        Check(v, memory, items, temperature);
        if (noise.dim() != 2 || noise.size(0) != v.size(0) || noise.size(1) == 0)
            throw new ArgumentException($"noise must hold the same number of rows, at least one, for each of the {v.size(0)} rows of v; its shape is ({string.Join(", ", noise.shape)}).", nameof(noise));
        using var scope = NewDisposeScope();
        var (n, k) = (memory.size(0), noise.size(1));
        var rows = memory[cat([items.unsqueeze(1), noise], 1)]; // (B, 1 + K, d)
        var logits = rows.bmm(UnitRows.Of(v).unsqueeze(2)).squeeze(2) / temperature; // (B, 1 + K)
        var z = logZ ?? LogZ(logits.detach(), n);
        var logP = logits - z;
        var chance = (double)k / n;
        var total = logP.logaddexp(full_like(logP, Math.Log(chance + 1e-7))); // ln(P + K/N)
        var data = logP.narrow(1, 0, 1) - total.narrow(1, 0, 1);
        var strangers = Math.Log(chance) - total.narrow(1, 1, k);
        var loss = -(data.sum() + strangers.sum()) / v.size(0);
        return (loss.MoveToOuterDisposeScope(), z.alias().MoveToOuterDisposeScope());
    }

    /// <summary>ln of N times the mean e^{s/τ}, which estimates Σ_j e^{v_j·v/τ} (equation 8).</summary>
    private static Tensor LogZ(Tensor logits, long n) => logits.flatten().logsumexp(0) + Math.Log((double)n / logits.numel());

    private static void Check(Tensor v, Tensor memory, Tensor items, double temperature)
    {
        LossInputs.SameWidth(v, nameof(v), memory, nameof(memory));
        LossInputs.Labels(items, nameof(items), v, nameof(v));
        LossInputs.Positive(temperature, nameof(temperature));
    }
}
