using ContrastiveService.Training.Backbones.Layers;
using ContrastiveService.Training.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>Self-attention and two linear layers around GELU, each behind its norm and on a shortcut (Dosovitskiy 2021, arXiv 2010.11929, eq. 2–3).</summary>
sealed class TransformerBlock : nn.Module<Tensor, Tensor>
{
    static readonly Scalar MinusRootHalf = -Math.Sqrt(0.5), Half = 0.5;

    readonly LayerNormalization ln_1, ln_2;
    readonly SelfAttention self_attention;
    readonly LinearLayer expand, project;

    public TransformerBlock(int width, int heads, int hidden) : base(nameof(TransformerBlock))
    {
        ln_1 = new LayerNormalization(width, VisionTransformer.Eps);
        self_attention = new SelfAttention(width, heads);
        ln_2 = new LayerNormalization(width, VisionTransformer.Eps);
        expand = new LinearLayer(width, hidden);
        project = new LinearLayer(hidden, width);
        register_module(nameof(ln_1), ln_1);
        register_module(nameof(self_attention), self_attention);
        register_module(nameof(ln_2), ln_2);
        // Between them torchvision counts GELU and dropout, which have no weights.
        register_module("mlp", nn.Sequential(("0", expand), ("3", project)));
    }

    public void Initialize(Generator random)
    {
        self_attention.Initialize(random);
        foreach (var layer in new[] { expand, project })
        {
            var bound = Math.Sqrt(6.0 / (layer.Weight.size(0) + layer.Weight.size(1)));
            layer.Weight.uniform_(-bound, bound, random);
            layer.Bias.normal_(0, 1e-6, random);
        }
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = self_attention.call(ln_1.call(input)).add(input, Scalars.One); // (B, T, d)
        var y = project.call(expand.call(ln_2.call(x)).gelu());
        return y.add(x, Scalars.One).MoveToOuterDisposeScope();
    }

    /// <summary>The same, of which gradients see the norms' scales, the attention weights and GELU's gates as constants: a linear map.</summary>
    public Tensor Held(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = self_attention.Held(ln_1.Held(input)).add(input, Scalars.One); // (B, T, d)
        var hidden = expand.call(ln_2.Held(x));
        var gates = hidden.detach().mul(MinusRootHalf).erfc().mul(Half); // GELU is x · Φ(x)
        return project.call(hidden.mul(gates)).add(x, Scalars.One).MoveToOuterDisposeScope();
    }
}
