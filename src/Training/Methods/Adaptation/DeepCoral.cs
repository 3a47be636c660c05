using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Adaptation;

/// <summary>Cross entropy on the source, and the covariances of both domains' features brought together (Sun and Saenko 2016).</summary>
[Method("deep-coral", Paper = "arXiv 1607.01719",
    Summary = "Aligns a labelled source and an unlabelled target by the covariances of their features. Needs two domains.")]
public sealed class DeepCoral : AlignmentMethod
{
    public DeepCoral(Options options, MethodContext context)
        : base("deep-coral", options.Weight, context) => RegisterComponents();

    public sealed record Options : AdaptationOptions
    {
        [Description("λ: weight of the distance between the domains, beside the classification's 1. The paper sets it so that both losses are about equal at the run's end: "
            + "compare classificationLoss with weight times alignmentLoss.")]
        [Range(0.0, 1e6)]
        public double Weight { get; init; } = 1;

        public override string? CollapseCause() => AllFeaturesTheSame("weight", Weight);
    }

    protected override Tensor Alignment(Tensor source, Tensor target, Batch batch) => Coral.Loss(source, target);
}
