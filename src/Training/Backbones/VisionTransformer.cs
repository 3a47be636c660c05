using ContrastiveService.Training.Backbones.Layers;
using ContrastiveService.Training.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Backbones;

/// <summary>
/// Vision transformer (Dosovitskiy 2021, arXiv 2010.11929) with torchvision's names; its feature is the class token after the last normalisation. Pictures of
/// another size than it was built for, such as small crops, get interpolated positions.
/// </summary>
public class VisionTransformer : Backbone
{
    internal const double Eps = 1e-6;

    readonly int channels, patch, depth;
    readonly ConvolutionLayer conv_proj;
    readonly Parameter class_token;
    readonly TransformerEncoder encoder;

    /// <param name="name">The class's name.</param>
    /// <param name="channels">Channels of the pictures.</param>
    /// <param name="imageSize">Side of the pictures that positions are kept for.</param>
    /// <param name="patch">Side of a patch.</param>
    /// <param name="width">Width of a token.</param>
    /// <param name="depth">Blocks.</param>
    /// <param name="heads">Heads of attention.</param>
    /// <param name="hidden">Width between a block's linear layers.</param>
    internal VisionTransformer(string name, int channels, int imageSize, int patch, int width, int depth, int heads, int hidden) : base(name, width)
    {
        (this.channels, this.patch, this.depth) = (channels, patch, depth);
        conv_proj = new ConvolutionLayer(channels, width, kernel: patch, stride: patch);
        class_token = new Parameter(zeros(1, 1, width));
        encoder = new TransformerEncoder(1 + imageSize / patch * (imageSize / patch), width, heads, depth, hidden);
        RegisterComponents();
    }

    public override IReadOnlyList<IReadOnlyList<string>> Stages =>
    [
        ["conv_proj", "class_token", "encoder.pos_embedding"],
        .. Enumerable.Range(0, depth).Select(i => i < depth - 1 ? (string[])[$"encoder.layers.encoder_layer_{i}"] : [$"encoder.layers.encoder_layer_{i}", "encoder.ln"]),
    ];

    private protected override void Check(Tensor images) => CheckInput(images, channels, patch, patch);

    private protected override Tensor Encode(Tensor images)
    {
        using var scope = NewDisposeScope();
        var patches = conv_proj.call(images); // (B, d, rows, columns)
        if (Marks)
        {
            // What a patch is beyond an empty one, which is all 0 here: that alone is its own.
            var empty = conv_proj.Bias!.to(patches.dtype).view(1, -1, 1, 1);
            patches = Mark(patches.add(empty, Scalars.MinusOne)).add(empty, Scalars.One);
        }
        var (rows, columns) = (patches.size(2), patches.size(3));
        var tokens = cat([class_token.expand(images.size(0), -1, -1), patches.flatten(2).transpose(1, 2)], 1); // (B, 1 + rows · columns, d)
        var encoded = Marks ? encoder.Held(tokens, rows, columns) : encoder.call(tokens, rows, columns);
        return encoded.select(1, 0).contiguous().MoveToOuterDisposeScope(); // (B, d)
    }

    private protected override void Initialize(Generator random)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        Initialization.TruncatedNormal(conv_proj.Weight, Math.Sqrt(1.0 / (channels * patch * patch)), random);
        conv_proj.Bias!.fill_(0);
        class_token.fill_(0);
        encoder.Initialize(random);
    }
}
