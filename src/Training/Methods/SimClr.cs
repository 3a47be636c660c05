using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>Each view must find its partner among all other views of the batch (Chen et al. 2020).</summary>
[Method("simclr", Paper = "arXiv 2002.05709",
    Summary = "NT-Xent: two views of a picture find each other among all views of the batch, through a projection head that is thrown away afterwards. Needs no labels.")]
public sealed class SimClr : Method
{
    private readonly double temperature;
    private readonly ProjectionHead projector;

    public SimClr(Options options, MethodContext context)
        : base("simclr", context)
    {
        temperature = options.Temperature;
        projector = new ProjectionHead(context.Width, options.HiddenWidth ?? context.Width, options.ProjectionWidth, options.ProjectorLayers, options.ProjectorNorm);
        RegisterComponents();
    }

    public sealed record Options : MethodOptions
    {
        [Range(0.001, 100.0), Description("τ: how sharply the most similar strangers are told apart. 0.5 suits pictures up to 64 px, 0.1 larger ones; chosen by imageSize if left out.")]
        public double Temperature { get; init; } = 0.1;

        [Range(2, 3), Description("Linear layers of the projector.")]
        public int ProjectorLayers { get; init; } = 3;

        [Description("Batch normalisation after each of the projector's layers. Without it, the loss also sees an offset that all features share: an encoder "
            + "without norms of its own, such as seed-convnet, then keeps its cosine similarities farther apart.")]
        public bool ProjectorNorm { get; init; } = true;

        [Range(1, 16_384), Description("Width between the projector's layers; the encoder's own if left out.")]
        public int? HiddenWidth { get; init; }

        [Range(2, 16_384), Description("Width of the projections that the loss compares.")]
        public int ProjectionWidth { get; init; } = 128;

        public override BatchNeeds Needs(DataTraits data) => new(Views: 2);

        public override JsonObject Suggest(DatasetFacts facts, int imageSize) =>
            imageSize <= 64 ? new JsonObject { ["method"] = new JsonObject { ["temperature"] = 0.5 } } : [];
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var h = Context.Encoder.forward(cat([batch.Views[0], batch.Views[1]])); // (2B, width)
        var z = projector.forward(h).chunk(2); // two of (B, d)
        return NtXent.Loss(z[0], z[1], temperature).MoveToOuterDisposeScope();
    }
}
