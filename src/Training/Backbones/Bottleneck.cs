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

    readonly Conv2d conv1, conv2, conv3;
    readonly BatchNorm2d bn1, bn2, bn3;
    readonly Sequential? downsample;

    /// <param name="channels">Channels in.</param>
    /// <param name="planes">A quarter of the channels out.</param>
    /// <param name="stride">Of the 3×3 convolution and the shortcut.</param>
    /// <param name="inner">Channels of the 3×3 convolution: the planes, but for narrow variants.</param>
    public Bottleneck(int channels, int planes, int stride, int inner) : base(nameof(Bottleneck))
    {
        conv1 = nn.Conv2d(channels, inner, kernel_size: 1, bias: false);
        bn1 = nn.BatchNorm2d(inner);
        conv2 = nn.Conv2d(inner, inner, kernel_size: 3, stride: stride, padding: 1, bias: false);
        bn2 = nn.BatchNorm2d(inner);
        conv3 = nn.Conv2d(inner, planes * Expansion, kernel_size: 1, bias: false);
        bn3 = nn.BatchNorm2d(planes * Expansion);
        if (stride != 1 || channels != planes * Expansion)
            downsample = nn.Sequential(
                ("0", nn.Conv2d(channels, planes * Expansion, kernel_size: 1, stride: stride, bias: false)), ("1", nn.BatchNorm2d(planes * Expansion)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = bn1.call(conv1.call(input)).relu_();
        x = bn2.call(conv2.call(x)).relu_();
        x = bn3.call(conv3.call(x)).add_(downsample is null ? input : downsample.call(input), Scalars.One).relu_();
        return x.MoveToOuterDisposeScope();
    }
}
