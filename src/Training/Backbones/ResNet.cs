using ContrastiveService.Training.Backbones.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>
/// Residual network (He 2015, arXiv 1512.03385) up to its global average pooling, with torchvision's parameter names. The small stem, a 3×3 convolution with
/// stride 1 and no pooling, is that of SimCLR's appendix B.9 (arXiv 2002.05709) for pictures of about 32 px.
/// </summary>
public class ResNet : Backbone
{
    /// <summary>Builds one residual block: channels in, planes, stride.</summary>
    internal delegate nn.Module<Tensor, Tensor> Block(int channels, int planes, int stride);

    readonly int channels, smallest;
    readonly bool poolsEarly;
    readonly ConvolutionLayer conv1;
    readonly BatchNorm2d bn1;
    readonly Sequential layer1, layer2, layer3, layer4;

    /// <param name="name">The class's name.</param>
    /// <param name="plan">Which stem.</param>
    /// <param name="channels">Channels of the pictures.</param>
    /// <param name="block">What the four stages are made of.</param>
    /// <param name="expansion">How many times its planes a block puts out.</param>
    /// <param name="depths">Blocks in each of the four stages.</param>
    internal ResNet(string name, BackbonePlan plan, int channels, Block block, int expansion, int[] depths) : base(name, 512 * expansion)
    {
        var small = plan.Stem == StemKind.Small;
        this.channels = channels;
        poolsEarly = !small;
        smallest = small ? SmallestSmallStem : SmallestStandard;
        bn1 = nn.BatchNorm2d(64);
        conv1 = (small
            ? new ConvolutionLayer(channels, 64, kernel: 3, padding: 1, bias: false)
            : new ConvolutionLayer(channels, 64, kernel: 7, stride: 2, padding: 3, bias: false)).Then(bn1);
        layer1 = Stage(block, 64, 64, expansion, depths[0], stride: 1);
        layer2 = Stage(block, 64 * expansion, 128, expansion, depths[1], stride: 2);
        layer3 = Stage(block, 128 * expansion, 256, expansion, depths[2], stride: 2);
        layer4 = Stage(block, 256 * expansion, 512, expansion, depths[3], stride: 2);
        RegisterComponents();
    }

    /// <summary>The stride of the whole network, below which a stage would see nothing but padding.</summary>
    private protected const int SmallestStandard = 32, SmallestSmallStem = 8;

    private protected const int StageCount = 5;

    public override IReadOnlyList<IReadOnlyList<string>> Stages => [["conv1", "bn1"], ["layer1"], ["layer2"], ["layer3"], ["layer4"]];

    private protected override void Check(Tensor images) => CheckInput(images, channels, smallest);

    private protected override Tensor Encode(Tensor images)
    {
        using var scope = NewDisposeScope();
        var x = conv1.call(images).relu_(); // (B, 64, H/2, W/2), or (B, 64, H, W) with the small stem
        if (poolsEarly) x = nn.functional.max_pool2d(x, kernel_size: 3, stride: 2, padding: 1);
        x = layer4.call(layer3.call(layer2.call(layer1.call(x))));
        return Average(x).MoveToOuterDisposeScope(); // (B, 512 · expansion)
    }

    static Sequential Stage(Block block, int channels, int planes, int expansion, int depth, int stride)
    {
        var stage = nn.Sequential();
        for (var i = 0; i < depth; i++)
            stage.append($"{i}", i == 0 ? block(channels, planes, stride) : block(planes * expansion, planes, 1));
        return stage;
    }
}
