using ContrastiveService.Training.Backbones.Layers;
using ContrastiveService.Training.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>Adds the positions, passes the blocks, and normalises.</summary>
sealed class TransformerEncoder : nn.Module<Tensor, long, long, Tensor>
{
    readonly Parameter pos_embedding;
    readonly Sequential layers = nn.Sequential();
    readonly LayerNormalization ln;

    public TransformerEncoder(int tokens, int width, int heads, int depth, int hidden) : base(nameof(TransformerEncoder))
    {
        pos_embedding = new Parameter(empty(1, tokens, width));
        for (var i = 0; i < depth; i++) layers.append($"encoder_layer_{i}", new TransformerBlock(width, heads, hidden));
        ln = new LayerNormalization(width, VisionTransformer.Eps);
        RegisterComponents();
    }

    public void Initialize(Generator random)
    {
        pos_embedding.normal_(0, 0.02, random);
        foreach (var block in layers.children().Cast<TransformerBlock>()) block.Initialize(random);
    }

    /// <param name="tokens">(B, 1 + rows · columns, d): the class token, then the patches row by row.</param>
    /// <param name="rows">Rows of patches.</param>
    /// <param name="columns">Columns of patches.</param>
    public override Tensor forward(Tensor tokens, long rows, long columns)
    {
        using var scope = NewDisposeScope();
        var x = tokens.add(PositionGrid.Resample(pos_embedding, rows, columns), Scalars.One);
        return ln.call(layers.call(x)).MoveToOuterDisposeScope();
    }

    /// <summary>The same, of which gradients see all gates as constants (<see cref="TransformerBlock.Held"/>): linear in the tokens.</summary>
    public Tensor Held(Tensor tokens, long rows, long columns)
    {
        using var scope = NewDisposeScope();
        var x = tokens.add(PositionGrid.Resample(pos_embedding, rows, columns), Scalars.One);
        foreach (var block in layers.children().Cast<TransformerBlock>()) x = block.Held(x);
        return ln.Held(x).MoveToOuterDisposeScope();
    }
}
