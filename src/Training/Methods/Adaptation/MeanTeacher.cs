using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods.Heads;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Adaptation;

/// <summary>
/// Cross entropy on the source, and agreement with a moving average of the network on the target, where that average is sure (self-ensembling, French et al. 2018). The
/// teacher sees the weak view of a target picture, the student the full one; both see the source beside it, so that their batch norms have the same pictures.
/// </summary>
[Method("mean-teacher", Paper = "arXiv 1706.05208",
    Summary = "Trains on a labelled source, and on an unlabelled target to agree with a moving average of the encoder and classifier about other views of the pictures. Needs two domains.")]
public sealed class MeanTeacher : ClassifierMethod
{
    private readonly Options options;
    private readonly MomentumCopy teacher;

    public MeanTeacher(Options options, MethodContext context)
        : base("mean-teacher", context)
    {
        this.options = options;
        teacher = new MomentumCopy(context, Classifier, nn.Linear(context.Width, context.Classes));
        RegisterComponents();
    }

    public sealed record Options : AdaptationOptions
    {
        [Range(0.0, 1e6), Description("Weight of the disagreement with the teacher, beside the classification's 1.")]
        public double Weight { get; init; } = 3;

        [Range(0.0, 1.0), Description("How much of the teacher stays at a step.")]
        public double Momentum { get; init; } = 0.99;

        [Range(0.0, 1.0), Description("How likely the teacher's class must be for its opinion to count; 0 counts all.")]
        public double Threshold { get; init; } = 0.968;

        [Description("Epochs over which the weight rises from e^(−5) to 1 of itself, as e^(−5(1−t)²); 0 starts in full. The paper leaves it out where there is a threshold.")]
        [Range(0.0, 100_000.0)]
        public double RampUpEpochs { get; init; }

        public override BatchNeeds Needs(DataTraits data) => TwoViewsOfTheTarget;

        public override JsonObject Suggest(DatasetFacts facts, int imageSize) => StrongViews(imageSize);

        public override string? AccumulationDiffers() => null;

        public override string? CollapseCause() => OneClass("threshold", Threshold);
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var (source, target) = (batch.WeakViews[0], batch.Target!);
        var logits = Logits(Context.Encoder.forward(cat([source, target.Views[0]]))); // (B + B', classes)
        var taught = Taught(cat([source, target.WeakViews[0]])).narrow(0, source.size(0), target.Views[0].size(0)); // (B', classes)
        var classification = nn.functional.cross_entropy(logits.narrow(0, 0, source.size(0)), batch.Labels!);
        var consistency = SelfEnsembling.Loss(logits.narrow(0, source.size(0), taught.size(0)), taught, options.Threshold);
        batch.Report("classificationLoss", classification);
        batch.Report("consistencyLoss", consistency);
        batch.Report("confidentShare", Losses.FixMatch.PseudoLabels(taught, options.Threshold).Kept.to(float32).mean());
        return (classification + options.Weight * RampUp(batch.Step) * consistency).MoveToOuterDisposeScope();
    }

    public override void AfterStep(long steps) => teacher.Update(options.Momentum);

    private double RampUp(long step)
    {
        var left = options.RampUpEpochs == 0 ? 0 : Math.Max(0, 1 - (step / (options.RampUpEpochs * Context.StepsPerEpoch)));
        return Math.Exp(-5 * left * left);
    }

    private Tensor Taught(Tensor views)
    {
        using var ungraded = no_grad();
        return teacher.forward(views);
    }
}
