using ContrastiveService.Training.Backbones.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>Three blocks of convolution 3×3, batch normalisation and ReLU, with max pooling after the first two, and a global average: what a network of its size does best on small pictures.</summary>
[Backbone("small-convnet", Paper = "LeCun 1998, with batch normalisation (arXiv 1502.03167)",
    Summary = "Three convolutions with batch norm, averaged to 128 numbers: a hundred thousand weights, for small pictures of any size.", Width = Features, Stages = 3, SmallestImage = Smallest)]
public sealed class SmallConvNet : Backbone
{
    const int Features = 128, Smallest = 4;

    readonly int channels;
    readonly ConvolutionLayer conv1, conv2, conv3;
    readonly BatchNorm2d bn1, bn2, bn3;

    public SmallConvNet(int channels) : base(nameof(SmallConvNet), Features)
    {
        this.channels = channels;
        bn1 = nn.BatchNorm2d(Features / 4);
        conv1 = new ConvolutionLayer(channels, Features / 4, kernel: 3, padding: 1, bias: false).Then(bn1);
        bn2 = nn.BatchNorm2d(Features / 2);
        conv2 = new ConvolutionLayer(Features / 4, Features / 2, kernel: 3, padding: 1, bias: false).Then(bn2);
        bn3 = nn.BatchNorm2d(Features);
        conv3 = new ConvolutionLayer(Features / 2, Features, kernel: 3, padding: 1, bias: false).Then(bn3);
        RegisterComponents();
    }

    public override IReadOnlyList<IReadOnlyList<string>> Stages => [["conv1", "bn1"], ["conv2", "bn2"], ["conv3", "bn3"]];

    private protected override void Check(Tensor images) => CheckInput(images, channels, Smallest);

    private protected override Tensor Encode(Tensor images)
    {
        using var scope = NewDisposeScope();
        // Pooled before ReLU, which gives the same and has a quarter to do.
        var x = Pooling.Halve(conv1.call(images)).relu_(); // (B, 32, H/2, W/2)
        x = Pooling.Halve(conv2.call(x)).relu_(); // (B, 64, H/4, W/4)
        return Average(conv3.call(x).relu_()).MoveToOuterDisposeScope(); // (B, 128)
    }
}
