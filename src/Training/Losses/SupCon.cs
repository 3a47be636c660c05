using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>The supervised contrastive loss with the sum outside the logarithm (Khosla et al. 2020, arXiv 2004.11362, equation 2).</summary>
public static class SupCon
{
    /// <summary>−1/|P(i)| Σ_{p∈P(i)} log( e^{s_ip/τ} / Σ_{a≠i} e^{s_ia/τ} ), mean over the anchors that have a positive.</summary>
    /// <param name="z">(N, d), of all views; normalised here.</param>
    /// <param name="labels">(N) int64; P(i) are the other rows of i's label, other views of the same item among them.</param>
    /// <param name="temperature">τ &gt; 0.</param>
    /// <returns>A scalar ≥ 0; 0, attached to the graph, where no row has a positive.</returns>
    public static Tensor Loss(Tensor z, Tensor labels, double temperature)
    {
        LossInputs.Matrix(z, nameof(z));
        LossInputs.Labels(labels, nameof(labels), z, nameof(z));
        LossInputs.Positive(temperature, nameof(temperature));
        using var scope = NewDisposeScope();
        var unit = UnitRows.Of(z);
        var logits = unit.mm(unit.t()) / temperature; // (N, N)
        var self = eye(z.size(0), dtype: ScalarType.Bool, device: z.device);
        var positive = labels.unsqueeze(1).eq(labels).logical_and(self.logical_not()); // (N, N)
        // Nothing is −∞ in here, so that a row alone in its batch has a gradient of 0 and not NaN.
        var log = logits - logits.masked_fill(self, -Far(temperature)).logsumexp(1, keepdim: true); // (N, N)
        var positives = positive.sum(1); // (N)
        var each = -(log.masked_fill(positive.logical_not(), 0).sum(1) / positives.clamp_min(1)); // (N)
        return (each.sum() / positives.gt(0).sum().clamp_min(1)).MoveToOuterDisposeScope();
    }

    /// <summary>Far enough below the smallest logit, −1/τ, that its exponential vanishes.</summary>
    private static double Far(double temperature) => 1e4 + (2 / temperature);
}
