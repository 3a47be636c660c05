using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>
/// EfficientNet-B0 (Tan 2019, arXiv 1905.11946, table 1) up to its global average pooling, 4 million parameters, with torchvision's names. Stochastic depth is
/// left out: whether a block is dropped would make micro-batches differ from one batch, and evaluation does not know it.
/// </summary>
[Backbone("efficientnet_b0", Paper = "arXiv 1905.11946", Summary = "Much accuracy for few operations, 1280 wide; slow on a CPU for its size.", Width = Features, Stages = 8, SmallestImage = Smallest)]
public sealed class EfficientNetB0 : FeatureSequence
{
    const int Features = 1280, Smallest = 32;

    // expansion, kernel, stride, channels in, channels out, layers
    static readonly (int Expand, int Kernel, int Stride, int Channels, int Planes, int Layers)[] Rows =
    [
        (1, 3, 1, 32, 16, 1), (6, 3, 2, 16, 24, 2), (6, 5, 2, 24, 40, 2), (6, 3, 2, 40, 80, 3), (6, 5, 1, 80, 112, 3), (6, 5, 2, 112, 192, 4), (6, 3, 1, 192, 320, 1),
    ];

    public EfficientNetB0(int channels) : base(nameof(EfficientNetB0), Features, channels, Smallest)
    {
        Append(new ConvNorm(channels, 32, kernel: 3, stride: 2, activation: Swish), newStage: true);
        foreach (var row in Rows)
        {
            var stage = nn.Sequential();
            for (var i = 0; i < row.Layers; i++)
            {
                var inputs = i == 0 ? row.Channels : row.Planes;
                var shape = new InvertedResidualShape(inputs, row.Kernel, inputs * row.Expand, row.Planes, i == 0 ? row.Stride : 1);
                var excitation = new SqueezeExcitation(shape.Expanded, Math.Max(1, inputs / 4), Swish, static x => x.sigmoid());
                stage.append($"{i}", new InvertedResidual(shape, Swish, excitation));
            }
            Append(stage, newStage: true);
        }
        Append(new ConvNorm(320, Features, kernel: 1, activation: Swish), newStage: false);
        RegisterComponents();
    }

    private protected override void Initialize(Generator random) => Initialization.KaimingWithoutBias(this, random);

    static Tensor Swish(Tensor x) => x.silu();
}
