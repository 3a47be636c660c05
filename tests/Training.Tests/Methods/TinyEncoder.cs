using ContrastiveService.Training.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Methods;

/// <summary>An encoder of a few hundred weights for pictures of any size, the same for a seed.</summary>
internal sealed class TinyEncoder : Backbone
{
    private readonly Sequential layers;

    public TinyEncoder(int seed = 1, int channels = 1)
        : base("tiny", 8)
    {
        layers = nn.Sequential(
            ("conv", nn.Conv2d(channels, 8, 3, padding: 1)),
            ("norm", nn.BatchNorm2d(8)),
            ("relu", nn.ReLU()),
            ("pool", nn.AdaptiveAvgPool2d(4)),
            ("flat", nn.Flatten()),
            ("linear", nn.Linear(128, 8)));
        RegisterComponents();
        using var random = new Generator((ulong)seed);
        Initialization.Kaiming(this, random);
    }

    public override Tensor forward(Tensor input) => layers.forward(input);
}
