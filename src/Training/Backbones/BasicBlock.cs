using ContrastiveService.Training.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>Two 3×3 convolutions around a shortcut (He 2015, figure 5 left), which is a 1×1 convolution where the shape changes (option B).</summary>
sealed class BasicBlock : nn.Module<Tensor, Tensor>
{
    readonly Conv2d conv1, conv2;
    readonly BatchNorm2d bn1, bn2;
    readonly Sequential? downsample;

    public BasicBlock(int channels, int planes, int stride) : base(nameof(BasicBlock))
    {
        conv1 = nn.Conv2d(channels, planes, kernel_size: 3, stride: stride, padding: 1, bias: false);
        bn1 = nn.BatchNorm2d(planes);
        conv2 = nn.Conv2d(planes, planes, kernel_size: 3, stride: 1, padding: 1, bias: false);
        bn2 = nn.BatchNorm2d(planes);
        if (stride != 1 || channels != planes)
            downsample = nn.Sequential(("0", nn.Conv2d(channels, planes, kernel_size: 1, stride: stride, bias: false)), ("1", nn.BatchNorm2d(planes)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = bn1.call(conv1.call(input)).relu_();
        x = bn2.call(conv2.call(x)).add_(downsample is null ? input : downsample.call(input), Scalars.One).relu_();
        return x.MoveToOuterDisposeScope();
    }
}
