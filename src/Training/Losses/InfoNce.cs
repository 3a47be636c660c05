using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>InfoNCE: a query picks its key among others (van den Oord 2018, arXiv 1807.03748, equation 4). All rows are normalised here; nothing is detached.</summary>
public static class InfoNce
{
    /// <summary>Every query among the keys of the whole batch, as in MoCo v3 and NNCLR: −log( e^{q_i·k_i/τ} / Σ_j e^{q_i·k_j/τ} ), mean over i.</summary>
    /// <param name="q">(B, d).</param>
    /// <param name="k">(B, d), row by row of the same items.</param>
    /// <param name="temperature">τ &gt; 0.</param>
    /// <returns>A scalar ≥ 0; ln B when everything is one point.</returns>
    public static Tensor Loss(Tensor q, Tensor k, double temperature)
    {
        LossInputs.SameShape(q, nameof(q), k, nameof(k));
        LossInputs.Positive(temperature, nameof(temperature));
        using var scope = NewDisposeScope();
        var logits = UnitRows.Of(q).mm(UnitRows.Of(k).t()) / temperature; // (B, B)
        return nn.functional.cross_entropy(logits, arange(q.size(0), device: q.device)).MoveToOuterDisposeScope();
    }

    /// <summary>Every query among its own key and a queue, as in MoCo (arXiv 1911.05722, equation 1).</summary>
    /// <param name="q">(B, d).</param>
    /// <param name="k">(B, d), row by row of the same items.</param>
    /// <param name="queue">(K, d) strangers.</param>
    /// <param name="temperature">τ &gt; 0.</param>
    /// <returns>A scalar ≥ 0; ln(K + 1) when everything is one point.</returns>
    public static Tensor Loss(Tensor q, Tensor k, Tensor queue, double temperature)
    {
        LossInputs.SameShape(q, nameof(q), k, nameof(k));
        LossInputs.SameWidth(q, nameof(q), queue, nameof(queue));
        LossInputs.Positive(temperature, nameof(temperature));
        using var scope = NewDisposeScope();
        var z = UnitRows.Of(q);
        var own = (z * UnitRows.Of(k)).sum(1, keepdim: true); // (B, 1)
        var others = z.mm(UnitRows.Of(queue).t()); // (B, K)
        var first = zeros([q.size(0)], int64, q.device);
        return nn.functional.cross_entropy(cat([own, others], 1) / temperature, first).MoveToOuterDisposeScope();
    }
}
