using ContrastiveService.Training.Backbones.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>A convolution without bias that keeps the size but for its stride, batch normalisation, and perhaps an activation: torchvision's Conv2dNormActivation, with its names.</summary>
sealed class ConvNorm : nn.Module<Tensor, Tensor>
{
    readonly ConvolutionLayer convolution;
    readonly Func<Tensor, Tensor>? activation;

    public ConvNorm(int channels, int planes, int kernel, int stride = 1, int groups = 1, double eps = 1e-5, Func<Tensor, Tensor>? activation = null) : base(nameof(ConvNorm))
    {
        var norm = nn.BatchNorm2d(planes, eps);
        convolution = new ConvolutionLayer(channels, planes, kernel, stride, (kernel - 1) / 2, groups, bias: false).Then(norm);
        this.activation = activation;
        register_module("0", convolution);
        register_module("1", norm);
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = convolution.call(input);
        if (activation is not null) x = activation(x);
        return x.MoveToOuterDisposeScope();
    }
}
