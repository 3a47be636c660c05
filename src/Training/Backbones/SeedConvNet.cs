using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>
/// Two blocks of convolution 3×3, ReLU and max pooling, then a linear layer to 128. Pooling to 7×7 in between does nothing to a 28×28 picture and makes any
/// other size fit.
/// </summary>
[Backbone("seed-convnet", Paper = "LeCun 1998, with ReLU", Summary = "Two convolutions and a linear layer, 128 wide: trains in seconds, for small and simple pictures.",
    Width = Features, SmallestImage = Smallest)]
public sealed class SeedConvNet : Backbone
{
    const int Features = 128, Grid = 7, Smallest = 4;

    readonly int channels;
    readonly Conv2d conv1, conv2;
    readonly Linear fc;

    public SeedConvNet(BackbonePlan plan, int channels) : base(nameof(SeedConvNet), Features)
    {
        this.channels = channels;
        conv1 = nn.Conv2d(channels, 64, kernel_size: 3, padding: 1);
        conv2 = nn.Conv2d(64, 128, kernel_size: 3, padding: 1);
        fc = nn.Linear(128 * Grid * Grid, Features);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        CheckInput(images, channels, Smallest);
        using var scope = NewDisposeScope();
        var x = nn.functional.max_pool2d(conv1.call(images).relu_(), 2); // (B, 64, H/2, W/2)
        x = nn.functional.max_pool2d(conv2.call(x).relu_(), 2); // (B, 128, H/4, W/4)
        if (x.size(2) != Grid || x.size(3) != Grid) x = nn.functional.adaptive_avg_pool2d(x, Grid);
        return fc.call(x.flatten(1)).MoveToOuterDisposeScope(); // (B, 128)
    }
}
