using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Backbones.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

/// <summary>An encoder of a few hundred weights for pictures of any size, the same for a seed.</summary>
internal sealed class TinyEncoder : Backbone
{
    private readonly Sequential layers;

    public TinyEncoder(int seed = 1, int channels = 1, bool norm = true)
        : base("tiny", 8)
    {
        layers = nn.Sequential(
            ("conv", new ConvolutionLayer(channels, 8, kernel: 3, padding: 1)),
            ("norm", norm ? nn.BatchNorm2d(8) : nn.Identity()),
            ("relu", nn.ReLU()),
            ("pool", nn.AdaptiveAvgPool2d(4)),
            ("flat", nn.Flatten()),
            ("linear", new LinearLayer(128, 8)));
        RegisterComponents();
        using var random = new Generator((ulong)seed);
        Initialization.Kaiming(this, random);
    }

    private protected override void Check(Tensor images)
    {
    }

    private protected override Tensor Encode(Tensor images) => layers.forward(images);
}
