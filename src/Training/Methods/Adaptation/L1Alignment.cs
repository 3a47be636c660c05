using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Adaptation;

/// <summary>Cross entropy on the source, and mean features of both domains brought together: the baseline of the methods that align more than means.</summary>
[Method("l1-alignment", Paper = "–",
    Summary = "Aligns a labelled source and an unlabelled target by the distance of their mean features: a baseline for mmd, deep-coral and dann. Needs two domains.")]
public sealed class L1Alignment : AlignmentMethod
{
    public L1Alignment(Options options, MethodContext context)
        : base("l1-alignment", options.Weight, context) => RegisterComponents();

    public sealed record Options : AdaptationOptions
    {
        [Range(0.0, 1e6), Description("Weight of the distance between the domains, beside the classification's 1.")]
        public double Weight { get; init; } = 1;

        public override string? CollapseCause() => AllFeaturesTheSame("weight", Weight);
    }

    protected override Tensor Alignment(Tensor source, Tensor target, Batch batch) => Losses.L1Alignment.Loss(source, target);
}
