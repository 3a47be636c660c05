using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>Each view predicts what a slowly moving teacher sees in the other, against the rest of the batch; no queue (Chen, Xie, He 2021).</summary>
[Method("moco-v3", Paper = "arXiv 2104.02057",
    Summary = "Momentum contrast without a queue: through a predictor, each view finds its partner in the batch as a moving average of the encoder sees it. "
        + "Made for vision transformers and large batches. Needs no labels.")]
public sealed class MoCoV3 : Method
{
    private readonly Options options;
    private readonly ProjectionHead projector;
    private readonly ProjectionHead predictor;
    private readonly MomentumCopy teacher;

    public MoCoV3(Options options, MethodContext context)
        : base("moco-v3", context)
    {
        this.options = options;
        projector = Head();
        predictor = new ProjectionHead(options.ProjectionWidth, options.HiddenWidth, options.ProjectionWidth, 2);
        teacher = new MomentumCopy(context, projector, Head());
        RegisterComponents();

        ProjectionHead Head() => new(context.Width, options.HiddenWidth, options.ProjectionWidth, options.ProjectorLayers);
    }

    public sealed record Options : MethodOptions
    {
        [Range(0.001, 100.0), Description("τ: how sharply the most similar strangers are told apart. 1 suits convolutional networks, 0.2 vision transformers.")]
        public double Temperature { get; init; } = 1;

        [Range(0.0, 1.0), Description("m: how much of the teacher stays at the first step; it grows to 1 by the last, along half a cosine.")]
        public double Momentum { get; init; } = 0.99;

        [Range(1, 4), Description("Linear layers of the projector: 2 for convolutional networks, 3 for vision transformers.")]
        public int ProjectorLayers { get; init; } = 2;

        [Range(1, 16_384), Description("Width between the layers of projector and predictor.")]
        public int HiddenWidth { get; init; } = 4096;

        [Range(2, 16_384), Description("Width of the projections that the loss compares.")]
        public int ProjectionWidth { get; init; } = 256;

        public override BatchNeeds Needs(DataTraits data) => new(Views: 2);

        /// <summary>The paper's heads cost more than what looks at a small picture.</summary>
        public override JsonObject Suggest(DatasetFacts facts, int imageSize) =>
            imageSize <= 64 ? new JsonObject { ["method"] = new JsonObject { ["hiddenWidth"] = 1024 } } : [];

        public override string? CollapseCause() =>
            $"a teacher that follows too fast (momentum starts at {Momentum}), or a temperature ({Temperature}) at which strangers cost little: bring the one nearer to 1, and lower the other";
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var views = cat([batch.Views[0], batch.Views[1]]); // (2B, C, S, S)
        var q = predictor.forward(projector.forward(Context.Encoder.forward(views))).chunk(2); // two of (B, d)
        var k = Keys(views).chunk(2); // two of (B, d), without gradient
        var loss = InfoNce.Loss(q[0], k[1], options.Temperature) + InfoNce.Loss(q[1], k[0], options.Temperature);
        return (2 * options.Temperature * loss).MoveToOuterDisposeScope();
    }

    public override void AfterStep(long steps) => teacher.Update(MomentumSchedule.Cosine(options.Momentum, 1, steps, Context.TotalSteps));

    private Tensor Keys(Tensor views)
    {
        using var ungraded = no_grad();
        return teacher.forward(views);
    }
}
