using ContrastiveService.Training.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>
/// Expand 1×1, filter each channel by itself, squeeze and excite, project 1×1 without activation, with a shortcut where shapes allow
/// (Sandler 2018, arXiv 1801.04381; with squeeze-excitation as in MnasNet, arXiv 1807.11626).
/// </summary>
sealed class InvertedResidual : nn.Module<Tensor, Tensor>
{
    readonly Sequential block = nn.Sequential();
    readonly bool shortcut;

    /// <param name="shape">Its numbers.</param>
    /// <param name="activation">After the expansion and the filter.</param>
    /// <param name="excitation">Squeeze-excitation, or null.</param>
    /// <param name="eps">Of the batch norms.</param>
    public InvertedResidual(InvertedResidualShape shape, Func<Tensor, Tensor> activation, SqueezeExcitation? excitation, double eps = 1e-5) : base(nameof(InvertedResidual))
    {
        shortcut = shape.Stride == 1 && shape.Channels == shape.Planes;
        List<nn.Module<Tensor, Tensor>> layers = [];
        if (shape.Expanded != shape.Channels) layers.Add(new ConvNorm(shape.Channels, shape.Expanded, kernel: 1, eps: eps, activation: activation));
        layers.Add(new ConvNorm(shape.Expanded, shape.Expanded, shape.Kernel, shape.Stride, groups: shape.Expanded, eps, activation));
        if (excitation is not null) layers.Add(excitation);
        layers.Add(new ConvNorm(shape.Expanded, shape.Planes, kernel: 1, eps: eps));
        for (var i = 0; i < layers.Count; i++) block.append($"{i}", layers[i]);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = block.call(input);
        if (shortcut) x = x.add(input, Scalars.One);
        return x.MoveToOuterDisposeScope();
    }
}
