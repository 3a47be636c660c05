using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>
/// MobileNetV3 (Howard 2019, arXiv 1905.02244) up to its global average pooling, with torchvision's names. Batch norms move their statistics by 0.1 and not by
/// torchvision's 0.01: otherwise the first thousand steps of a run are judged by what the network was before them. Evaluation does not depend on it.
/// </summary>
public abstract class MobileNetV3 : FeatureSequence
{
    /// <summary>The stride of the whole network.</summary>
    private protected const int Smallest = 32;

    const double Eps = 1e-3;

    /// <summary>One row of the paper's tables 1 and 2.</summary>
    private protected readonly record struct Row(int Channels, int Kernel, int Expanded, int Planes, bool Squeeze, bool HardSwish, int Stride);

    private protected MobileNetV3(string name, int channels, Row[] rows) : base(name, 6 * rows[^1].Planes, channels, Smallest)
    {
        Append(new ConvNorm(channels, 16, kernel: 3, stride: 2, eps: Eps, activation: HardSwish), newStage: true);
        foreach (var row in rows)
        {
            var activation = row.HardSwish ? (Func<Tensor, Tensor>)HardSwish : Relu;
            var excitation = row.Squeeze ? new SqueezeExcitation(row.Expanded, Divisible(row.Expanded / 4), Relu, static x => x.hardsigmoid()) : null;
            Append(new InvertedResidual(new(row.Channels, row.Kernel, row.Expanded, row.Planes, row.Stride), activation, excitation, Eps), newStage: row.Stride == 2);
        }
        Append(new ConvNorm(rows[^1].Planes, Width, kernel: 1, eps: Eps, activation: HardSwish), newStage: false);
        RegisterComponents();
    }

    private protected override void Initialize(Generator random) => Initialization.KaimingWithoutBias(this, random);

    static Tensor HardSwish(Tensor x) => x.hardswish();

    static Tensor Relu(Tensor x) => x.relu_();

    /// <summary>The nearest multiple of 8 that is not less than nine tenths.</summary>
    static int Divisible(int channels)
    {
        var rounded = Math.Max(8, (channels + 4) / 8 * 8);
        return rounded < 0.9 * channels ? rounded + 8 : rounded;
    }
}
