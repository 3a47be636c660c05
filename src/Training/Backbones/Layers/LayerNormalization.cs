using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones.Layers;

/// <summary>Layer normalisation over the last dimension, with the names of PyTorch's LayerNorm; it computes in its parameters' type, whatever comes in.</summary>
sealed class LayerNormalization : nn.Module<Tensor, Tensor>
{
    readonly long[] shape;
    readonly double eps;
    readonly Parameter weight, bias; // (width)

    public LayerNormalization(int width, double eps) : base(nameof(LayerNormalization))
    {
        shape = [width];
        this.eps = eps;
        weight = new Parameter(ones(width));
        bias = new Parameter(zeros(width));
        RegisterComponents();
    }

    /// <summary>(…, width) to the same.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return nn.functional.layer_norm(input.to(weight.dtype), shape, weight, bias, eps).MoveToOuterDisposeScope();
    }
}
