using ContrastiveService.Training.Backbones.Layers;
using TorchSharp;
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
    public static void Kaiming(nn.Module module, Generator random) => Kaiming(module, random, zeroBias: false);

    /// <summary>The same for its networks for phones, whose convolutions start with biases of 0.</summary>
    public static void KaimingWithoutBias(nn.Module module, Generator random) => Kaiming(module, random, zeroBias: true);

    /// <summary>As torchvision initialises ConvNeXt: convolutions and linear layers N(0, 0.02²) cut off at ±2, biases 0, layer scales 1e-6 (arXiv 2201.03545, appendix A).</summary>
    public static void TruncatedNormal(nn.Module module, Generator random)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        foreach (var (name, parameter) in module.named_parameters())
        {
            if (name.EndsWith("layer_scale", StringComparison.Ordinal)) parameter.fill_(1e-6);
            else if (name.EndsWith("bias", StringComparison.Ordinal)) parameter.fill_(0);
            else if (parameter.dim() == 1) parameter.fill_(1);
            else TruncatedNormal(parameter, 0.02, random);
        }
    }

    /// <summary>N(0, std²) cut off at ±2 (not at two standard deviations: the bounds are torchvision's).</summary>
    public static void TruncatedNormal(Tensor parameter, double std, Generator random)
    {
        using var ungraded = no_grad();
        // Beyond 2 lie 1e-6 of the values even at the largest deviation used, 1/√(1·4·4) = 0.25 and less: clamping gives what redrawing would.
        parameter.normal_(0, std, random).clamp_(-2, 2);
    }

    static void Kaiming(nn.Module module, Generator random, bool zeroBias)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        foreach (var layer in module.modules())
        {
            switch (layer)
            {
                case ConvolutionLayer { Weight: { } weight } convolution:
                    weight.normal_(0, Math.Sqrt(2.0 / (weight.size(0) * weight.size(2) * weight.size(3))), random);
                    if (zeroBias) convolution.Bias?.fill_(0);
                    else Spread(convolution.Bias, FanIn(weight), random);
                    break;
                case LinearLayer { Weight: { } weight } linear:
                    Spread(weight, FanIn(weight), random);
                    Spread(linear.Bias, FanIn(weight), random);
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
