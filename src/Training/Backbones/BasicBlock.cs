using ContrastiveService.Training.Backbones.Layers;
using ContrastiveService.Training.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>Two 3×3 convolutions around a shortcut (He 2015, figure 5 left), which is a 1×1 convolution where the shape changes (option B).</summary>
sealed class BasicBlock : nn.Module<Tensor, Tensor>
{
    readonly ConvolutionLayer conv1, conv2;
    readonly BatchNorm2d bn1, bn2;
    readonly ConvNorm? downsample;

    public BasicBlock(int channels, int planes, int stride) : base(nameof(BasicBlock))
    {
        bn1 = nn.BatchNorm2d(planes);
        conv1 = new ConvolutionLayer(channels, planes, kernel: 3, stride, padding: 1, bias: false).Then(bn1);
        bn2 = nn.BatchNorm2d(planes);
        conv2 = new ConvolutionLayer(planes, planes, kernel: 3, padding: 1, bias: false).Then(bn2);
        if (stride != 1 || channels != planes) downsample = new ConvNorm(channels, planes, kernel: 1, stride);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = conv1.call(input).relu_();
        x = conv2.call(x).add_(downsample is null ? input : downsample.call(input), Scalars.One).relu_();
        return x.MoveToOuterDisposeScope();
    }
}
