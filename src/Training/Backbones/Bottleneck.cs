using ContrastiveService.Training.Backbones.Layers;
using ContrastiveService.Training.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>
/// 1×1, 3×3 and 1×1 convolutions around a shortcut (He 2015, figure 5 right). The stride is in the 3×3 convolution, as in torchvision ("version 1.5").
/// </summary>
sealed class Bottleneck : nn.Module<Tensor, Tensor>
{
    /// <summary>How many times its planes it puts out.</summary>
    public const int Expansion = 4;

    readonly ConvolutionLayer conv1, conv2, conv3;
    readonly BatchNorm2d bn1, bn2, bn3;
    readonly ConvNorm? downsample;

    /// <param name="channels">Channels in.</param>
    /// <param name="planes">A quarter of the channels out.</param>
    /// <param name="stride">Of the 3×3 convolution and the shortcut.</param>
    /// <param name="inner">Channels of the 3×3 convolution: the planes, but for narrow variants.</param>
    public Bottleneck(int channels, int planes, int stride, int inner) : base(nameof(Bottleneck))
    {
        bn1 = nn.BatchNorm2d(inner);
        conv1 = new ConvolutionLayer(channels, inner, kernel: 1, bias: false).Then(bn1);
        bn2 = nn.BatchNorm2d(inner);
        conv2 = new ConvolutionLayer(inner, inner, kernel: 3, stride, padding: 1, bias: false).Then(bn2);
        bn3 = nn.BatchNorm2d(planes * Expansion);
        conv3 = new ConvolutionLayer(inner, planes * Expansion, kernel: 1, bias: false).Then(bn3);
        if (stride != 1 || channels != planes * Expansion) downsample = new ConvNorm(channels, planes * Expansion, kernel: 1, stride);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = conv1.call(input).relu_();
        x = conv2.call(x).relu_();
        x = conv3.call(x).add_(downsample is null ? input : downsample.call(input), Scalars.One).relu_();
        return x.MoveToOuterDisposeScope();
    }
}
