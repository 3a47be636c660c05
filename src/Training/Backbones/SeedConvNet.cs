using ContrastiveService.Training.Backbones.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>
/// Two blocks of convolution 3×3, ReLU and max pooling, then a linear layer to 128. Pooling to 7×7 in between does nothing to a 28×28 picture and makes any
/// other size fit. <see cref="BackbonePlan.WidthMultiplier"/> makes the convolutions narrower or wider, never the features. With <see cref="BackbonePlan.BatchNorm"/> every layer is followed by batch normalisation (bn1, bn2, bn3): features then have no large common
/// part, which would put all cosines near 1.
/// </summary>
[Backbone("seed-convnet", Paper = "LeCun 1998, with ReLU", Summary = "Two convolutions and a linear layer, 128 wide: trains in seconds, for small and simple pictures.",
    Width = Features, Stages = 3, SmallestImage = Smallest)]
public sealed class SeedConvNet : Backbone
{
    const int Features = 128, Grid = 7, Smallest = 4;

    readonly int channels;
    readonly ConvolutionLayer conv1, conv2;
    readonly BatchNorm2d? bn1, bn2;
    readonly LinearLayer fc;
    readonly BatchNorm1d? bn3;

    public SeedConvNet(BackbonePlan plan, int channels) : base(nameof(SeedConvNet), Features)
    {
        this.channels = channels;
        var (first, second) = (Channels(64, plan), Channels(128, plan));
        if (plan.BatchNorm)
        {
            bn1 = nn.BatchNorm2d(first);
            bn2 = nn.BatchNorm2d(second);
            bn3 = nn.BatchNorm1d(Features);
        }
        conv1 = new ConvolutionLayer(channels, first, kernel: 3, padding: 1).Then(bn1);
        conv2 = new ConvolutionLayer(first, second, kernel: 3, padding: 1).Then(bn2);
        fc = new LinearLayer(second * Grid * Grid, Features);
        RegisterComponents();
    }

    public override IReadOnlyList<IReadOnlyList<string>> Stages => [["conv1", "bn1"], ["conv2", "bn2"], ["fc", "bn3"]];

    private protected override void Check(Tensor images) => CheckInput(images, channels, Smallest);

    private protected override Tensor Encode(Tensor images)
    {
        using var scope = NewDisposeScope();
        // Pooled first: ReLU gives the same and has a quarter to do.
        var x = Pooling.Halve(conv1.call(images)).relu_(); // (B, 64, H/2, W/2)
        x = Pooling.Halve(conv2.call(x)).relu_(); // (B, 128, H/4, W/4)
        if (x.size(2) != Grid || x.size(3) != Grid) x = nn.functional.adaptive_avg_pool2d(x, Grid);
        x = fc.call(Mark(x).flatten(1));
        return (bn3 is null ? x : bn3.call(x)).MoveToOuterDisposeScope(); // (B, 128)
    }

    static int Channels(int channels, BackbonePlan plan) => Math.Max(1, (int)Math.Round(channels * plan.WidthMultiplier));
}
