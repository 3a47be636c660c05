using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Each item of one domain shall know its match in the other (Kim et al.: CDS, ICCV 2021). Only the features get a gradient.</summary>
public static class CrossDomainMatching
{
    /// <summary>−Σ_j p_j ln p_j, p = softmax_j(f·v_j/τ) over the other domain's memory; mean over the batch.</summary>
    /// <param name="f">(B, d) features; normalised here.</param>
    /// <param name="memory">(N, d) of the other domain, of length 1.</param>
    /// <param name="temperature">τ &gt; 0.</param>
    /// <returns>A scalar from 0 (one match each) to ln N (all alike).</returns>
    public static Tensor Loss(Tensor f, Tensor memory, double temperature)
    {
        LossInputs.SameWidth(f, nameof(f), memory, nameof(memory));
        LossInputs.Positive(temperature, nameof(temperature));
        using var scope = NewDisposeScope();
        var logP = nn.functional.log_softmax(UnitRows.Of(f).mm(memory.t()) / temperature, 1); // (B, N)
        return (-(logP.exp() * logP).sum(1).mean()).MoveToOuterDisposeScope();
    }
}
