using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones.Layers;

/// <summary>
/// A convolution over (B, C, H, W) with the names and numbers of PyTorch's Conv2d. It can compute in bfloat16 with float32 parameters, and where nothing is
/// trained take the batch norm behind it into its weights.
/// </summary>
sealed class ConvolutionLayer : nn.Module<Tensor, Tensor>, ILayer
{
    static readonly long[] Undilated = [1, 1];

    readonly Parameter weight; // (planes, channels / groups, kernel, kernel)
    readonly Parameter? bias; // (planes)
    readonly long[] stride, padding;
    readonly long groups;
    BatchNorm2d? norm;
    ScalarType? arithmetic;
    (Tensor Weight, Tensor Bias)? folded;
    Tensor? shift; // (planes), in the bias's place once a norm was taken in for good

    /// <summary>Weights start at 0: the network draws them.</summary>
    public ConvolutionLayer(int channels, int planes, int kernel, int stride = 1, int padding = 0, int groups = 1, bool bias = true) : base(nameof(ConvolutionLayer))
    {
        weight = new Parameter(zeros(planes, channels / groups, kernel, kernel));
        if (bias) this.bias = new Parameter(zeros(planes));
        this.stride = [stride, stride];
        this.padding = [padding, padding];
        this.groups = groups;
        register_parameter(nameof(weight), weight);
        if (this.bias is not null) register_parameter(nameof(bias), this.bias);
    }

    public Parameter Weight => weight;

    public Parameter? Bias => bias;

    ScalarType? ILayer.Arithmetic
    {
        set => arithmetic = value;
    }

    /// <summary>Makes a norm of the network the one that <see cref="forward"/> goes on with.</summary>
    public ConvolutionLayer Then(BatchNorm2d? norm)
    {
        this.norm = norm;
        return this;
    }

    /// <summary>(B, channels, H, W) to (B, planes, H', W'), normalised where a norm follows.</summary>
    public override Tensor forward(Tensor input)
    {
        if (folded is { } f) return Convolve(input, f.Weight, f.Bias);
        if (norm is null) return Convolve(input, weight, shift ?? bias);
        using var scope = NewDisposeScope();
        return norm.call(Convolve(input, weight, bias)).MoveToOuterDisposeScope();
    }

    /// <summary>Takes the norm into the weights, as it evaluates: w·γ/σ, and (b − μ)·γ/σ + β. To be undone before anything is trained.</summary>
    public void Fold()
    {
        if (norm is null || folded is not null) return;
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var (factor, constant) = Evaluated(norm);
        folded = (Kept(weight.mul(factor)), Kept(constant));

        Tensor Kept(Tensor x) => (arithmetic is { } type ? x.to(type) : x).DetachFromDisposeScope();
    }

    /// <summary>The same for good, in the weights' own place. Neither the weights nor the norm are those of a file any more: not to be saved, loaded or trained.</summary>
    public void FoldForGood()
    {
        Unfold();
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        // In the order of the maps that come in, which else every call would bring them into: a fifth of its time for 512 channels and two pictures.
        if (groups == 1 && weight.size(2) > 1) weight.set_(weight.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
        if (norm is null) return;
        var (factor, constant) = Evaluated(norm);
        weight.mul_(factor);
        shift = constant.DetachFromDisposeScope();
        norm = null;
    }

    /// <summary>Bytes beside the parameters.</summary>
    public long Extra => shift is null ? 0 : shift.numel() * shift.element_size();

    public void Unfold()
    {
        folded?.Weight.Dispose();
        folded?.Bias.Dispose();
        folded = null;
    }

    /// <summary>Nothing but what the constructor registered: the norm is a submodule of the network and not of this layer.</summary>
    protected override void RegisterComponents()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Unfold();
            shift?.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>What a norm that evaluates does to the planes: times (planes, 1, 1, 1), plus (planes).</summary>
    (Tensor Factor, Tensor Constant) Evaluated(BatchNorm2d norm)
    {
        var factor = norm.weight!.div(norm.running_var!.add(norm.eps).sqrt_()); // (planes)
        var constant = norm.bias!.sub((bias is null ? norm.running_mean! : norm.running_mean!.sub(bias)).mul(factor));
        return (factor.view(-1, 1, 1, 1), constant);
    }

    Tensor Convolve(Tensor input, Tensor weight, Tensor? bias)
    {
        if (arithmetic is not { } type) return nn.functional.conv2d(input, weight, bias, stride, padding, Undilated, groups);
        using var scope = NewDisposeScope();
        return nn.functional.conv2d(input.to(type), weight.to(type), bias?.to(type), stride, padding, Undilated, groups).MoveToOuterDisposeScope();
    }
}
