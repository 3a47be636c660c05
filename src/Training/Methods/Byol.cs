using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>Each view predicts what a slowly moving teacher sees in the other; there are no negatives (Grill et al. 2020).</summary>
[Method("byol", Paper = "arXiv 2006.07733",
    Summary = "Bootstrap your own latent: through a predictor, each view of a picture says what a moving average of the encoder sees in the other. "
        + "No other pictures are compared with, so small batches do. Needs no labels.")]
public sealed class Byol : Method
{
    private readonly Options options;
    private readonly ProjectionHead projector;
    private readonly ProjectionHead predictor;
    private readonly MomentumCopy teacher;

    public Byol(Options options, MethodContext context)
        : base("byol", context)
    {
        this.options = options;
        projector = Head(context.Width);
        predictor = Head(options.ProjectionWidth);
        teacher = new MomentumCopy(context, projector, Head(context.Width));
        RegisterComponents();

        // Unlike SimCLR's, its output is not normalised (section 3.3).
        ProjectionHead Head(int inputs) => new(inputs, options.HiddenWidth, options.ProjectionWidth, 2, lastNorm: false);
    }

    public sealed record Options : MethodOptions
    {
        [Description("τ of the paper: how much of the teacher stays at the first step; it grows to 1 by the last, along half a cosine. "
            + "0.99 suits pictures up to 64 px and runs of up to 300 epochs, 0.996 longer ones; chosen by imageSize if left out.")]
        [Range(0.0, 1.0)]
        public double Momentum { get; init; } = 0.996;

        [Range(1, 16_384), Description("Width between the two layers of projector and predictor; 1024 is chosen for pictures up to 64 px if left out.")]
        public int HiddenWidth { get; init; } = 4096;

        [Range(2, 16_384), Description("Width of the projections that the loss compares.")]
        public int ProjectionWidth { get; init; } = 256;

        public override BatchNeeds Needs(DataTraits data) => new(Views: 2);

        /// <summary>The paper's heads cost more than what looks at a small picture, and its momentum is for a thousand epochs: with 300 its authors take 0.99.</summary>
        public override JsonObject Suggest(DatasetFacts facts, int imageSize) =>
            imageSize <= 64 ? new JsonObject { ["method"] = new JsonObject { ["momentum"] = 0.99, ["hiddenWidth"] = 1024 } } : [];

        /// <summary>A picture is compared with itself, never with others of its batch.</summary>
        public override string? AccumulationDiffers() => null;

        public override string? CollapseCause() =>
            $"a predictor that lags behind: either the teacher follows too fast (momentum starts at {Momentum}; bring it nearer to 1) or optimizer.learningRate is too high";
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var views = cat([batch.Views[0], batch.Views[1]]); // (2B, C, S, S)
        var p = predictor.forward(projector.forward(Context.Encoder.forward(views))).chunk(2); // two of (B, d)
        var z = Targets(views).chunk(2); // two of (B, d), without gradient
        return Losses.Byol.Loss(p[0], p[1], z[0], z[1]).MoveToOuterDisposeScope();
    }

    public override void AfterStep(long steps) => teacher.Update(MomentumSchedule.Cosine(options.Momentum, 1, steps, Context.TotalSteps));

    private Tensor Targets(Tensor views)
    {
        using var ungraded = no_grad();
        return teacher.forward(views);
    }
}
