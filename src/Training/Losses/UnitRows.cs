using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Rows brought to the unit sphere.</summary>
public static class UnitRows
{
    private const double Eps = 1e-12;

    /// <summary>z = f / max(‖f‖₂, eps), row by row. Differentiable; a zero row stays zero.</summary>
    /// <param name="f">(N, d) float, of any finite magnitude.</param>
    /// <param name="eps">At most 1. A zero row's gradient is 1/eps times what arrives.</param>
    /// <returns>(N, d), lengths 1 (or 0).</returns>
    public static Tensor Of(Tensor f, double eps = Eps)
    {
        LossInputs.Matrix(f, nameof(f));
        using var scope = NewDisposeScope();
        // The squares of entries beyond 1e19 overflow float32, so rows with entries over 1 are first divided by the largest.
        // Scaling does not turn a row, hence the factor needs no gradient of its own.
        var largest = f.detach().abs().amax([1], keepdim: true).clamp_min(1);
        return nn.functional.normalize(f / largest, dim: 1, eps: eps).MoveToOuterDisposeScope();
    }
}
