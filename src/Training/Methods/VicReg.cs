using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>Views agree, every feature varies, no two features vary together: three terms, each said outright (Bardes, Ponce, LeCun 2022).</summary>
[Method("vicreg", Paper = "arXiv 2105.04906",
    Summary = "Variance, invariance, covariance: the two views of a picture close together, every feature with a spread of its own, no two features saying the same. "
        + "No negatives, no teacher, no normalisation; gains from wide projections. Needs no labels.")]
public sealed class VicReg : Method
{
    private readonly Options options;
    private readonly ProjectionHead projector;

    public VicReg(Options options, MethodContext context)
        : base("vicreg", context)
    {
        this.options = options;
        // All three terms are the same for any offset of what comes out.
        projector = new ProjectionHead(context.Width, options.HiddenWidth, options.ProjectionWidth, options.ProjectorLayers, lastNorm: false, lastOffset: false);
        RegisterComponents();
    }

    public sealed record Options : MethodOptions
    {
        [Range(0.0, 1000.0), Description("λ: weight of the views' distance.")]
        public double InvarianceWeight { get; init; } = 25;

        [Range(0.0, 1000.0), Description("μ: weight of features that vary less than with a standard deviation of 1. As large as invarianceWeight, or features collapse.")]
        public double VarianceWeight { get; init; } = 25;

        [Range(0.0, 1000.0), Description("ν: weight of features that vary together.")]
        public double CovarianceWeight { get; init; } = 1;

        [Range(1, 4), Description("Linear layers of the projector.")]
        public int ProjectorLayers { get; init; } = 3;

        [Range(1, 16_384), Description("Width between the projector's layers; 1024 is chosen for pictures up to 64 px if left out.")]
        public int HiddenWidth { get; init; } = 8192;

        [Range(2, 16_384), Description("Width of the projections that the terms are taken of; 1024 is chosen for pictures up to 64 px if left out.")]
        public int ProjectionWidth { get; init; } = 8192;

        public override BatchNeeds Needs(DataTraits data) => new(Views: 2);

        /// <summary>Eight times the width of a small encoder, which a processor can afford; 2048 is usual with a ResNet on CIFAR.</summary>
        public override JsonObject Suggest(DatasetFacts facts, int imageSize) =>
            imageSize <= 64 ? new JsonObject { ["method"] = new JsonObject { ["hiddenWidth"] = 1024, ["projectionWidth"] = 1024 } } : [];

        public override string? AccumulationDiffers() => "variances and covariances are taken over the items of a micro-batch, and fewer items say less about them";

        public override string? CollapseCause() =>
            $"the views' distance alone is at its best when everything is one point; varianceWeight is {VarianceWeight} "
            + $"beside an invarianceWeight of {InvarianceWeight}, and should be no less";
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var h = Context.Encoder.forward(cat([batch.Views[0], batch.Views[1]])); // (2B, width)
        var z = projector.forward(h).chunk(2); // two of (B, d)
        var terms = Losses.VicReg.Of(z[0], z[1], options.InvarianceWeight, options.VarianceWeight, options.CovarianceWeight);
        batch.Report("invarianceLoss", terms.Invariance);
        batch.Report("varianceLoss", terms.Variance);
        batch.Report("covarianceLoss", terms.Covariance);
        return terms.Loss.MoveToOuterDisposeScope();
    }
}
