using ContrastiveService.Training.Backbones.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>
/// ConvNeXt (Liu 2022, arXiv 2201.03545) with torchvision's names. Its features are the averages over the picture, before the layer normalisation that belongs
/// to torchvision's classifier. Stochastic depth is left out: whether a block is dropped would make micro-batches differ from one batch.
/// </summary>
public class ConvNeXt : FeatureSequence
{
    /// <summary>The stride of the whole network; its strided layers have no padding, so nothing smaller passes.</summary>
    private protected const int Smallest = 32;

    const double Eps = 1e-6;

    /// <param name="name">The class's name.</param>
    /// <param name="channels">Channels of the pictures.</param>
    /// <param name="widths">Channels of each stage.</param>
    /// <param name="depths">Blocks of each stage.</param>
    internal ConvNeXt(string name, int channels, int[] widths, int[] depths) : base(name, widths[^1], channels, Smallest)
    {
        Append(nn.Sequential(("0", new ConvolutionLayer(channels, widths[0], kernel: 4, stride: 4)), ("1", new LayerNorm2d(widths[0], Eps))), newStage: true);
        for (var i = 0; i < widths.Length; i++)
        {
            if (i > 0)
                Append(nn.Sequential(("0", new LayerNorm2d(widths[i - 1], Eps)), ("1", new ConvolutionLayer(widths[i - 1], widths[i], kernel: 2, stride: 2))), newStage: true);
            var stage = nn.Sequential();
            for (var j = 0; j < depths[i]; j++) stage.append($"{j}", new ConvNeXtBlock(widths[i]));
            Append(stage, newStage: i == 0);
        }
        RegisterComponents();
    }

    private protected override void Initialize(Generator random) => Initialization.TruncatedNormal(this, random);
}
