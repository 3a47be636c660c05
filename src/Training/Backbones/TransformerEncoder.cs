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

    /// <summary>The same, with the patches that enter the last block as maps (B, d, rows, columns) given away, and what comes back taken in their place.</summary>
    public Tensor EncodeFrom(Tensor tokens, long rows, long columns, Func<Tensor, Tensor> patches)
    {
        using var scope = NewDisposeScope();
        var blocks = layers.children().Cast<TransformerBlock>().ToArray();
        var x = tokens.add(PositionGrid.Resample(pos_embedding, rows, columns), Scalars.One);
        foreach (var block in blocks[..^1]) x = block.call(x);
        var (token, others) = (x.narrow(1, 0, 1), x.narrow(1, 1, rows * columns).transpose(1, 2)); // (B, 1, d), (B, d, rows · columns)
        x = cat([token, patches(others.reshape(x.size(0), x.size(2), rows, columns)).flatten(2).transpose(1, 2)], 1);
        return ln.call(blocks[^1].call(x)).MoveToOuterDisposeScope();
    }
}
