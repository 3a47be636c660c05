using ContrastiveService.Training.Backbones.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>Scales each channel by what the means of all say (Hu 2018, arXiv 1709.01507, eq. 2–4).</summary>
sealed class SqueezeExcitation : nn.Module<Tensor, Tensor>
{
    readonly ConvolutionLayer fc1, fc2;
    readonly Func<Tensor, Tensor> activation, gate;

    public SqueezeExcitation(int channels, int squeezed, Func<Tensor, Tensor> activation, Func<Tensor, Tensor> gate) : base(nameof(SqueezeExcitation))
    {
        fc1 = new ConvolutionLayer(channels, squeezed, kernel: 1);
        fc2 = new ConvolutionLayer(squeezed, channels, kernel: 1);
        this.activation = activation;
        this.gate = gate;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var scale = gate(fc2.call(activation(fc1.call(input.mean([2, 3], keepdim: true))))); // (B, C, 1, 1)
        return input.mul(scale).MoveToOuterDisposeScope();
    }
}
