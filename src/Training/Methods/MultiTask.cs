using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods.Adaptation;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Optimizers;
using ContrastiveService.Training.Plans;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>One encoder for several tasks at once, which learns by itself what each of them counts (Kendall, Gal, Cipolla 2018).</summary>
[Method("multi-task", Paper = "arXiv 1705.07115",
    Summary = "Contrastive learning, telling how a picture is turned, classification, and alignment with a target domain: together whatever the data allow, with weights that are learned. "
        + "Needs no labels, and uses them where every item has one.")]
public sealed class MultiTask : Method, IClassifier
{
    private readonly double temperature;
    private readonly bool aligns;
    private readonly ProjectionHead? projector;
    private readonly TurnHead? turn;
    private readonly Linear? classifier;
    private readonly Parameter s; // (tasks) ln σ², in the order of the tasks

    public MultiTask(Options options, MethodContext context)
        : base("multi-task", context)
    {
        temperature = options.Temperature;
        aligns = options.Aligns(context.Data);
        projector = options.Contrastive ? new ProjectionHead(context.Width, options.HiddenWidth ?? context.Width, options.ProjectionWidth, 2) : null;
        turn = options.Rotation ? new TurnHead(context.Width) : null;
        classifier = options.Classifies(context.Data) ? nn.Linear(context.Width, context.Classes) : null;
        s = new Parameter(zeros(new[] { projector is not null, turn is not null, classifier is not null, aligns }.Count(there => there)));
        RegisterComponents();
    }

    public sealed record Options : MethodOptions
    {
        [Description("Two views of a picture find each other in the batch (NT-Xent), through a projector.")]
        public bool Contrastive { get; init; } = true;

        [Description("Tell which of its four quarter turns a picture was given (Gidaris 2018, arXiv 1803.07728); a step sees every picture in all four. Of no use where pictures have no upright.")]
        public bool Rotation { get; init; } = true;

        [Description("Tell the labels of the source. Done where every item has one if left out.")]
        public bool? Classification { get; init; }

        [Description("Bring the covariance of the features of source and target together (Deep CORAL). Done where the job names a target domain if left out.")]
        public bool? Alignment { get; init; }

        [Range(0.001, 100.0), Description("τ of the contrastive task. 0.5 suits pictures up to 64 px, 0.1 larger ones; chosen by imageSize if left out.")]
        public double Temperature { get; init; } = 0.1;

        [Range(1, 16_384), Description("Width between the projector's two layers; the encoder's own if left out.")]
        public int? HiddenWidth { get; init; }

        [Range(2, 16_384), Description("Width of the projections that the contrastive task compares.")]
        public int ProjectionWidth { get; init; } = 128;

        public override BatchNeeds Needs(DataTraits data) =>
            new(Contrastive ? 2 : 0, Classifies(data) ? LabelUse.Required : LabelUse.Ignored)
            {
                WeakViews = Rotation || Classifies(data) || Aligns(data) ? 1 : 0,
                Target = Aligns(data) ? new BatchNeeds(Views: 0) { WeakViews = 1 } : null,
            };

        public override JsonObject Suggest(DatasetFacts facts, int imageSize) =>
            imageSize <= 64 ? new JsonObject { ["method"] = new JsonObject { ["temperature"] = 0.5 } } : [];

        public override IEnumerable<PlanError> Check(TrainingPlan plan, DatasetFacts facts)
        {
            if (!Contrastive && !Rotation && !Classifies(facts.Traits))
                yield return new("method", "has nothing to learn from: alignment alone is satisfied when all features are one. Turn on contrastive or rotation, or classification where every item has a label.");
        }

        public override string? AccumulationDiffers() =>
            Contrastive ? base.AccumulationDiffers() : Alignment != false ? "where two domains are aligned, their distance is measured within a micro-batch" : null;

        internal bool Classifies(DataTraits data) => Classification ?? data.Labeled;

        internal bool Aligns(DataTraits data) => Alignment ?? data.HasTarget;
    }

    public bool Classifies => classifier is not null;

    public Tensor Logits(Tensor features) => (classifier ?? throw new InvalidOperationException("Classification is not among the tasks.")).forward(features);

    /// <summary>Weight decay would pull every task's weight towards a half.</summary>
    public override ParameterRule Rule(string name) => name == nameof(s) ? new ParameterRule(Decays: false) : ParameterRule.AsPlanned;

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        // All pictures go through the encoder at once, so that its batch norms see what every task sees.
        Tensor[] pictures = [.. batch.Views, .. batch.WeakViews.SelectMany(view => turn is null ? [view] : TurnHead.QuarterTurns(view)), .. batch.Target?.WeakViews ?? []];
        var h = Context.Encoder.forward(cat(pictures)).split(Array.ConvertAll(pictures, p => p.size(0)));
        var upright = batch.Views.Count; // where the weak view as it is lies among h
        var losses = new List<(string Task, Tensor Loss)>();
        if (projector is not null)
            losses.Add(("contrastive", Contrast(h[0], h[1])));
        if (turn is not null)
        {
            var (loss, accuracy) = turn.Loss(h[upright..(upright + TurnHead.Turns)]);
            losses.Add(("rotation", loss));
            batch.Report("rotationAccuracy", accuracy);
        }

        if (classifier is not null)
            losses.Add(("classification", nn.functional.cross_entropy(Logits(h[upright]), batch.Labels!)));
        if (aligns)
            losses.Add(("alignment", Coral.Loss(h[upright], h[^1])));

        var weights = UncertaintyWeighting.Weights(s);
        foreach (var (i, (task, loss)) in losses.Index())
        {
            batch.Report($"{task}Loss", loss);
            batch.Report($"{task}Weight", weights[i]);
        }

        return UncertaintyWeighting.Loss(stack(losses.Select(l => l.Loss)), s).MoveToOuterDisposeScope();
    }

    private Tensor Contrast(Tensor h0, Tensor h1)
    {
        var z = projector!.forward(cat([h0, h1])).chunk(2); // two of (B, d)
        return NtXent.Loss(z[0], z[1], temperature);
    }
}
