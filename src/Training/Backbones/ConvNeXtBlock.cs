using ContrastiveService.Training.Backbones.Layers;
using ContrastiveService.Training.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>A 7×7 filter for each channel, layer normalisation, and two linear layers around GELU, scaled, on a shortcut (Liu 2022, arXiv 2201.03545, figure 4).</summary>
sealed class ConvNeXtBlock : nn.Module<Tensor, Tensor>
{
    readonly ConvolutionLayer filter;
    readonly LayerNormalization norm;
    readonly LinearLayer expand, project;
    readonly Parameter layer_scale;

    public ConvNeXtBlock(int width) : base(nameof(ConvNeXtBlock))
    {
        filter = new ConvolutionLayer(width, width, kernel: 7, padding: 3, groups: width);
        norm = new LayerNormalization(width, eps: 1e-6);
        expand = new LinearLayer(width, 4 * width);
        project = new LinearLayer(4 * width, width);
        layer_scale = new Parameter(ones(width, 1, 1));
        register_parameter(nameof(layer_scale), layer_scale);
        // torchvision counts the permutations and GELU too, which have no weights.
        register_module("block", nn.Sequential(("0", filter), ("2", norm), ("3", expand), ("5", project)));
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = norm.call(filter.call(input).permute(0, 2, 3, 1)); // (B, H, W, C)
        x = project.call(expand.call(x).gelu()).permute(0, 3, 1, 2); // (B, C, H, W)
        return x.mul(layer_scale).add(input, Scalars.One).MoveToOuterDisposeScope();
    }
}
