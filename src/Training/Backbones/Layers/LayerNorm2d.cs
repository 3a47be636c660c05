using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones.Layers;

/// <summary>Layer normalisation over the channels of (B, C, H, W).</summary>
sealed class LayerNorm2d : nn.Module<Tensor, Tensor>
{
    readonly long[] shape;
    readonly double eps;
    readonly Parameter weight, bias;

    public LayerNorm2d(int channels, double eps) : base(nameof(LayerNorm2d))
    {
        shape = [channels];
        this.eps = eps;
        weight = new Parameter(ones(channels));
        bias = new Parameter(zeros(channels));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = nn.functional.layer_norm(input.to(weight.dtype).permute(0, 2, 3, 1), shape, weight, bias, eps); // (B, H, W, C)
        return x.permute(0, 3, 1, 2).contiguous().MoveToOuterDisposeScope();
    }
}
