using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>Every feature of one view should go with the same feature of the other, and with no other feature (Zbontar et al. 2021).</summary>
[Method("barlow-twins", Paper = "arXiv 2103.03230",
    Summary = "Redundancy reduction: over the pictures of a batch, each feature of one view correlates with itself in the other view and with nothing else. "
        + "No negatives, no teacher; gains from wide projections. Needs no labels.")]
public sealed class BarlowTwins : Method
{
    private readonly double lambda;
    private readonly ProjectionHead projector;

    public BarlowTwins(Options options, MethodContext context)
        : base("barlow-twins", context)
    {
        lambda = options.Lambda;
        // The loss standardises what comes out, so an offset would be of no effect.
        projector = new ProjectionHead(context.Width, options.HiddenWidth, options.ProjectionWidth, options.ProjectorLayers, lastNorm: false, lastOffset: false);
        RegisterComponents();
    }

    public sealed record Options : MethodOptions
    {
        [Range(0.0, 100.0), Description("λ: how much it counts that different features correlate, beside that each correlates with itself.")]
        public double Lambda { get; init; } = 0.0051;

        [Range(1, 4), Description("Linear layers of the projector.")]
        public int ProjectorLayers { get; init; } = 3;

        [Range(1, 16_384), Description("Width between the projector's layers; 1024 is chosen for pictures up to 64 px if left out.")]
        public int HiddenWidth { get; init; } = 8192;

        [Range(2, 16_384), Description("Width of the projections whose features are made independent; 1024 is chosen for pictures up to 64 px if left out.")]
        public int ProjectionWidth { get; init; } = 8192;

        public override BatchNeeds Needs(DataTraits data) => new(Views: 2);

        /// <summary>Eight times the width of a small encoder, which a processor can afford; 2048 is usual with a ResNet on CIFAR.</summary>
        public override JsonObject Suggest(DatasetFacts facts, int imageSize) =>
            imageSize <= 64 ? new JsonObject { ["method"] = new JsonObject { ["hiddenWidth"] = 1024, ["projectionWidth"] = 1024 } } : [];

        public override string? AccumulationDiffers() => "features are correlated over the items of a micro-batch, and fewer items say less about them";

        public override string? CollapseCause() =>
            $"features that all say the same cost too little: lambda is {Lambda}, and should be greater, or batchSize is too small to tell";
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var h = Context.Encoder.forward(cat([batch.Views[0], batch.Views[1]])); // (2B, width)
        var z = projector.forward(h).chunk(2); // two of (B, d)
        var terms = Losses.BarlowTwins.Of(z[0], z[1], lambda);
        batch.Report("onDiagonalLoss", terms.OnDiagonal);
        batch.Report("offDiagonalLoss", terms.OffDiagonal);
        return terms.Loss.MoveToOuterDisposeScope();
    }
}
