using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Adaptation;

/// <summary>
/// Cross entropy on the source, and on full views of target pictures with the classes that the network gives to their weak views, where it is sure (Sohn et al. 2020).
/// Source and both views of the target go through the encoder in one batch.
/// </summary>
[Method("fixmatch", Paper = "arXiv 2001.07685",
    Summary = "Trains on a labelled source, and on strongly changed pictures of an unlabelled target with the classes that it is sure of when they are hardly changed. Needs two domains.")]
public sealed class FixMatch : ClassifierMethod
{
    private readonly Options options;

    public FixMatch(Options options, MethodContext context)
        : base("fixmatch", context)
    {
        this.options = options;
        RegisterComponents();
    }

    public sealed record Options : AdaptationOptions
    {
        [Description("λ_u: weight of the pseudo-labelled target, beside the classification's 1.")]
        [Range(0.0, 1e6)]
        public double Weight { get; init; } = 1;

        [Description("τ: how likely a class must be to become a pseudo-label.")]
        [Range(0.0, 1.0)]
        public double Threshold { get; init; } = 0.95;

        public override BatchNeeds Needs(DataTraits data) => TwoViewsOfTheTarget;

        public override JsonObject Suggest(DatasetFacts facts, int imageSize) => StrongViews(imageSize);

        public override string? AccumulationDiffers() => null;

        public override string? CollapseCause() => OneClass("threshold", Threshold);
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var (source, target) = (batch.WeakViews[0], batch.Target!);
        var logits = Logits(Context.Encoder.forward(cat([source, target.WeakViews[0], target.Views[0]]))); // (B + 2B', classes)
        var count = target.Views[0].size(0);
        var weak = logits.narrow(0, source.size(0), count); // (B', classes)
        var strong = logits.narrow(0, source.size(0) + count, count); // (B', classes)
        var classification = nn.functional.cross_entropy(logits.narrow(0, 0, source.size(0)), batch.Labels!);
        var consistency = Losses.FixMatch.Loss(weak, strong, options.Threshold);
        batch.Report("classificationLoss", classification);
        batch.Report("consistencyLoss", consistency);
        batch.Report("confidentShare", Losses.FixMatch.PseudoLabels(weak, options.Threshold).Kept.to(float32).mean());
        return (classification + options.Weight * consistency).MoveToOuterDisposeScope();
    }
}
