using ContrastiveService.Training.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones.Layers;

/// <summary>Layer normalisation over the last dimension, with the names of PyTorch's LayerNorm; it computes in its parameters' type, whatever comes in.</summary>
sealed class LayerNormalization : nn.Module<Tensor, Tensor>
{
    readonly long[] shape;
    readonly double eps;
    readonly Scalar least; // the same, kept for the calls of Held
    readonly Parameter weight, bias; // (width)

    public LayerNormalization(int width, double eps) : base(nameof(LayerNormalization))
    {
        shape = [width];
        this.eps = eps;
        least = eps;
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

    /// <summary>The same, of which gradients see the scale that it divides by as a constant: a linear map.</summary>
    public Tensor Held(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = input.to(weight.dtype);
        var centred = x.add(x.mean([-1], keepdim: true), Scalars.MinusOne);
        var scale = centred.square().mean([-1], keepdim: true).add(least, Scalars.One).sqrt().detach();
        return centred.div(scale).mul(weight).add(bias, Scalars.One).MoveToOuterDisposeScope();
    }
}
