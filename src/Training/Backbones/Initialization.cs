using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>Initial weights that depend on a generator alone, not on what the process drew before.</summary>
static class Initialization
{
    /// <summary>
    /// As torchvision initialises its residual networks: convolutions N(0, 2 / fan-out) (He 2015, arXiv 1502.01852, eq. 14), norms 1 and 0,
    /// linear layers and all biases of layers U(±1/√fan-in).
    /// </summary>
    public static void Kaiming(nn.Module module, Generator random)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        foreach (var layer in module.modules())
        {
            switch (layer)
            {
                case Conv2d { weight: { } weight } convolution:
                    weight.normal_(0, Math.Sqrt(2.0 / (weight.size(0) * weight.size(2) * weight.size(3))), random);
                    Spread(convolution.bias, FanIn(weight), random);
                    break;
                case Linear { weight: { } weight } linear:
                    Spread(weight, FanIn(weight), random);
                    Spread(linear.bias, FanIn(weight), random);
                    break;
                case BatchNorm2d norm:
                    norm.weight?.fill_(1);
                    norm.bias?.fill_(0);
                    break;
            }
        }
    }

    static long FanIn(Tensor weight) => weight.numel() / weight.size(0);

    static void Spread(Tensor? parameter, long fanIn, Generator random)
    {
        var bound = 1 / Math.Sqrt(fanIn);
        parameter?.uniform_(-bound, bound, random);
    }
}
