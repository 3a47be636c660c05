using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Adaptation;

/// <summary>
/// Cross entropy on the source, and on full views of target pictures with the classes that the network gives to their weak views, where it is sure (Sohn et al. 2020).
/// All views of both domains go through the encoder in one batch.
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
        [Range(0.0, 1e6), Description("λ_u: weight of the pseudo-labelled target, beside the classification's 1.")]
        public double Weight { get; init; } = 1;

        [Range(0.0, 1.0), Description("τ: how likely a class must be to become a pseudo-label.")]
        public double Threshold { get; init; } = 0.95;

        [Description("Opinions about the target are moved until its classes are as frequent as the source's in the batch, before the likeliest counts, and the threshold is a share of how sure the "
            + "network is of the source on average (AdaMatch, arXiv 2106.04732): for a target that is far away, where some classes swallow the others. Wrong where the domains' classes differ in frequency.")]
        public bool AlignDistributions { get; init; }

        [Description("The source is trained on in full views too, and not in weak ones alone (as AdaMatch does): what those change is learnt to mean nothing from true labels, before any of the target's is guessed.")]
        public bool StrongSource { get; init; }

        public override BatchNeeds Needs(DataTraits data) => TwoViewsOfTheTarget with { Views = StrongSource ? 1 : 0 };

        public override JsonObject Suggest(DatasetFacts facts, int imageSize) => StrongViews(imageSize);

        public override string? AccumulationDiffers() => AlignDistributions ? "how frequent the classes are is counted within a micro-batch" : null;

        public override string? CollapseCause() => OneClass("threshold", Threshold);
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var (source, target) = (batch.WeakViews[0], batch.Target!);
        var logits = Logits(Context.Encoder.forward(cat([source, target.WeakViews[0], target.Views[0], .. batch.Views]))); // (B + 2B', classes), and B where the source has two views
        var count = target.Views[0].size(0);
        var weak = logits.narrow(0, source.size(0), count); // (B', classes)
        var strong = logits.narrow(0, source.size(0) + count, count); // (B', classes)
        var known = logits.narrow(0, 0, source.size(0)); // (B, classes)
        Tensor? of = null; // () how sure the network is of the source
        if (options.AlignDistributions)
            (weak, of) = (Losses.FixMatch.Align(weak, known), known.detach().softmax(1).amax([1]).mean());

        var classification = nn.functional.cross_entropy(known, batch.Labels!);
        if (options.StrongSource)
            classification = 0.5 * (classification + nn.functional.cross_entropy(logits.narrow(0, logits.size(0) - source.size(0), source.size(0)), batch.Labels!));
        var consistency = Losses.FixMatch.Loss(weak, strong, options.Threshold, of);
        batch.Report("classificationLoss", classification);
        batch.Report("consistencyLoss", consistency);
        batch.Report("confidentShare", Losses.FixMatch.PseudoLabels(weak, options.Threshold, of).Kept.to(float32).mean());
        return (classification + options.Weight * consistency).MoveToOuterDisposeScope();
    }
}
