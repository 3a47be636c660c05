using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones.Layers;

/// <summary>A linear layer with the names and numbers of PyTorch's Linear, which can compute in bfloat16 with float32 parameters.</summary>
sealed class LinearLayer : nn.Module<Tensor, Tensor>, ILayer
{
    readonly Parameter weight; // (outputs, inputs)
    readonly Parameter bias; // (outputs)
    ScalarType? arithmetic;

    /// <summary>Weights start at 0: the network draws them.</summary>
    public LinearLayer(int inputs, int outputs) : base(nameof(LinearLayer))
    {
        weight = new Parameter(zeros(outputs, inputs));
        bias = new Parameter(zeros(outputs));
        RegisterComponents();
    }

    public Parameter Weight => weight;

    public Parameter Bias => bias;

    ScalarType? ILayer.Arithmetic
    {
        set => arithmetic = value;
    }

    /// <summary>(…, inputs) to (…, outputs).</summary>
    public override Tensor forward(Tensor input)
    {
        if (arithmetic is not { } type) return nn.functional.linear(input, weight, bias);
        using var scope = NewDisposeScope();
        return nn.functional.linear(input.to(type), weight.to(type), bias.to(type)).MoveToOuterDisposeScope();
    }
}
