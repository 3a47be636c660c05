using ContrastiveService.Training.Backbones.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>Multi-head self-attention (Vaswani 2017, arXiv 1706.03762, section 3.2), with the names of PyTorch's MultiheadAttention.</summary>
sealed class SelfAttention : nn.Module<Tensor, Tensor>
{
    readonly int heads;
    readonly Scalar scale; // of the products of queries and keys
    readonly Parameter in_proj_weight, in_proj_bias;
    readonly LinearLayer out_proj;

    public SelfAttention(int width, int heads) : base(nameof(SelfAttention))
    {
        this.heads = heads;
        scale = 1 / Math.Sqrt((double)width / heads);
        in_proj_weight = new Parameter(empty(3 * width, width)); // query, key and value below one another
        in_proj_bias = new Parameter(zeros(3 * width));
        out_proj = new LinearLayer(width, width);
        RegisterComponents();
    }

    /// <summary>Xavier for the three projections in (Glorot 2010), zero for biases; the projection out as any linear layer.</summary>
    public void Initialize(Generator random)
    {
        var bound = Math.Sqrt(6.0 / (in_proj_weight.size(0) + in_proj_weight.size(1)));
        in_proj_weight.uniform_(-bound, bound, random);
        in_proj_bias.fill_(0);
        bound = 1 / Math.Sqrt(out_proj.Weight.size(1));
        out_proj.Weight.uniform_(-bound, bound, random);
        out_proj.Bias.fill_(0);
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var parts = Project(input);
        return Join(nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2])).MoveToOuterDisposeScope();
    }

    /// <summary>The same, of which gradients see the attention weights as constants: a linear map.</summary>
    public Tensor Held(Tensor input)
    {
        using var scope = NewDisposeScope();
        var parts = Array.ConvertAll(Project(input), part => part.flatten(0, 1)); // each (B · heads, T, d/heads)
        var weights = parts[0].bmm(parts[1].transpose(1, 2)).mul(scale).softmax(-1).detach(); // (B · heads, T, T)
        return Join(weights.bmm(parts[2]).unflatten(0, [input.size(0), heads])).MoveToOuterDisposeScope();
    }

    // Query, key and value, each (B, heads, T, d/heads), of (B, T, d).
    Tensor[] Project(Tensor input)
    {
        var (batch, tokens, width) = (input.size(0), input.size(1), input.size(2));
        return nn.functional.linear(input, in_proj_weight, in_proj_bias).view(batch, tokens, 3, heads, width / heads).permute(2, 0, 3, 1, 4).unbind(0);
    }

    // (B, heads, T, d/heads) to (B, T, d).
    Tensor Join(Tensor mixed) => out_proj.call(mixed.transpose(1, 2).flatten(2));
}
