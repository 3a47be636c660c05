using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ContrastiveService.Training.Losses;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Adaptation;

/// <summary>
/// Two classifiers that agree on the source and seek to disagree on the target, and an encoder that lets them agree there too (maximum classifier discrepancy, Saito
/// et al. 2018). The paper takes turns: one step of all on the source, one of the classifiers that adds the discrepancy, n of the encoder that lower it. Here all that
/// is one step: the classifiers' gradient of the discrepancy is turned around on its way to the encoder, and weighted by n
/// (docs/adr/0010-mcd-in-one-pass.md).
/// </summary>
[Method("mcd", Paper = "arXiv 1712.02560",
    Summary = "Aligns an unlabelled target to the classes of a labelled source: two classifiers look for target pictures that they disagree on, the encoder avoids them. Needs two domains.")]
public sealed class Mcd : ClassifierMethod
{
    private readonly Options options;
    private readonly Linear second;

    public Mcd(Options options, MethodContext context)
        : base("mcd", context)
    {
        this.options = options;
        second = nn.Linear(context.Width, context.Classes);
        RegisterComponents();
    }

    public sealed record Options : AdaptationOptions
    {
        [Range(0.0, 1e6), Description("Weight of the discrepancy on the target, beside the classification's 1.")]
        public double Weight { get; init; } = 1;

        [Range(0, 100), Description("n: how much more than the classifiers the encoder moves for the discrepancy; the paper's steps of the generator for each of the classifiers.")]
        public int GeneratorSteps { get; init; } = 4;

        public override string? AccumulationDiffers() => null;

        public override string? CollapseCause() => AllFeaturesTheSame("generatorSteps", GeneratorSteps);
    }

    public override Tensor Logits(Tensor features)
    {
        using var scope = NewDisposeScope();
        return (0.5 * (Classifier.forward(features) + second.forward(features))).MoveToOuterDisposeScope();
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var (fs, ft) = Features(batch);
        var classification = nn.functional.cross_entropy(Classifier.forward(fs), batch.Labels!) + nn.functional.cross_entropy(second.forward(fs), batch.Labels!);
        var reversed = GradientReversal.Of(ft, options.GeneratorSteps); // (B', width)
        var discrepancy = ClassifierDiscrepancy.Loss(Classifier.forward(reversed), second.forward(reversed));
        batch.Report("classificationLoss", classification);
        batch.Report("discrepancy", discrepancy);
        return (classification - options.Weight * discrepancy).MoveToOuterDisposeScope();
    }
}
