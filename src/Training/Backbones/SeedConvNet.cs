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
    readonly Conv2d conv1, conv2;
    readonly BatchNorm2d? bn1, bn2;
    readonly Linear fc;
    readonly BatchNorm1d? bn3;

    public SeedConvNet(BackbonePlan plan, int channels) : base(nameof(SeedConvNet), Features)
    {
        this.channels = channels;
        var (first, second) = (Channels(64, plan), Channels(128, plan));
        conv1 = nn.Conv2d(channels, first, kernel_size: 3, padding: 1);
        conv2 = nn.Conv2d(first, second, kernel_size: 3, padding: 1);
        fc = nn.Linear(second * Grid * Grid, Features);
        if (plan.BatchNorm)
        {
            bn1 = nn.BatchNorm2d(first);
            bn2 = nn.BatchNorm2d(second);
            bn3 = nn.BatchNorm1d(Features);
        }
        RegisterComponents();
    }

    public override IReadOnlyList<IReadOnlyList<string>> Stages => [["conv1", "bn1"], ["conv2", "bn2"], ["fc", "bn3"]];

    public override Tensor forward(Tensor images)
    {
        CheckInput(images, channels, Smallest);
        using var scope = NewDisposeScope();
        // Pooled first: ReLU gives the same and has a quarter to do.
        var x = nn.functional.max_pool2d(Normal(bn1, ChannelsLast(conv1.call(images))), 2).relu_(); // (B, 64, H/2, W/2)
        x = nn.functional.max_pool2d(Normal(bn2, conv2.call(x)), 2).relu_(); // (B, 128, H/4, W/4)
        if (x.size(2) != Grid || x.size(3) != Grid) x = nn.functional.adaptive_avg_pool2d(x, Grid);
        return Normal(bn3, fc.call(x.flatten(1))).MoveToOuterDisposeScope(); // (B, 128)
    }

    /// <summary>The same numbers with the channels of a pixel side by side: libtorch's pooling takes an eighth of the time then.</summary>
    static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    static int Channels(int channels, BackbonePlan plan) => Math.Max(1, (int)Math.Round(channels * plan.WidthMultiplier));

    static Tensor Normal(nn.Module<Tensor, Tensor>? norm, Tensor x) => norm is null ? x : norm.call(x);
}
