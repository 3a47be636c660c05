using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Optimizers;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>Each view predicts the other's projection, which gets no gradient: no negatives, no teacher, no queue (Chen and He 2021).</summary>
[Method("simsiam", Paper = "arXiv 2011.10566",
    Summary = "Simple Siamese: through a predictor, each view of a picture says what the same encoder sees in the other, with the gradient stopped there. "
        + "The cheapest of the methods without negatives; small batches do. Needs no labels.")]
public sealed class SimSiam : Method
{
    private readonly ProjectionHead projector;
    private readonly ProjectionHead predictor;

    public SimSiam(Options options, MethodContext context)
        : base("simsiam", context)
    {
        // As in the authors' code, the projections' norm learns no shift: with one they could all be moved to the same place.
        projector = new ProjectionHead(context.Width, options.HiddenWidth, options.ProjectionWidth, options.ProjectorLayers, lastOffset: false);
        predictor = new ProjectionHead(options.ProjectionWidth, options.PredictorWidth, options.ProjectionWidth, 2, lastNorm: false);
        RegisterComponents();
    }

    public sealed record Options : MethodOptions
    {
        [Range(1, 4), Description("Linear layers of the projector; 2, as in the paper's runs on CIFAR, is chosen for pictures up to 64 px if left out.")]
        public int ProjectorLayers { get; init; } = 3;

        [Range(1, 16_384), Description("Width between the projector's layers; 1024 is chosen for pictures up to 64 px if left out.")]
        public int HiddenWidth { get; init; } = 2048;

        [Range(2, 16_384), Description("Width of the projections that the loss compares; 1024 is chosen for pictures up to 64 px if left out.")]
        public int ProjectionWidth { get; init; } = 2048;

        [Range(1, 16_384), Description("Width between the predictor's two layers: a bottleneck, a quarter of projectionWidth; 256 is chosen for pictures up to 64 px if left out.")]
        public int PredictorWidth { get; init; } = 512;

        public override BatchNeeds Needs(DataTraits data) => new(Views: 2);

        /// <summary>The paper's heads cost more than what looks at a small picture.</summary>
        public override JsonObject Suggest(DatasetFacts facts, int imageSize) => imageSize > 64 ? [] : new JsonObject
        {
            ["method"] = new JsonObject { ["projectorLayers"] = 2, ["hiddenWidth"] = 1024, ["projectionWidth"] = 1024, ["predictorWidth"] = 256 },
        };

        /// <summary>A picture is compared with itself, never with others of its batch.</summary>
        public override string? AccumulationDiffers() => null;

        public override string? CollapseCause() =>
            "a predictor that lags behind the projections it predicts (projectionStd is 0 when they are one point): lower optimizer.learningRate or optimizer.weightDecay";
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var z = projector.forward(Context.Encoder.forward(cat([batch.Views[0], batch.Views[1]]))); // (2B, d)
        var p = predictor.forward(z).chunk(2); // two of (B, d)
        // 0 when everything is one point, 1/√d when projections point everywhere (section 4.1).
        batch.Report("projectionStd", UnitRows.Of(z.detach()).std([0], unbiased: true).mean());
        var views = z.chunk(2); // two of (B, d)
        return Losses.SimSiam.Loss(p[0], p[1], views[0], views[1]).MoveToOuterDisposeScope();
    }

    /// <summary>The predictor has to keep up with the projections to the end (section 4.2), so its learning rate does not fall.</summary>
    public override ParameterRule Rule(string name) =>
        name.StartsWith("predictor.", StringComparison.Ordinal) ? ParameterRule.AsPlanned with { Scheduled = false } : ParameterRule.AsPlanned;
}
