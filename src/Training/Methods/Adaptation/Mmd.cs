using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods.Adaptation;

/// <summary>Cross entropy on the source, and the features' distributions brought together under several Gaussian kernels (deep adaptation network, Long et al. 2015).</summary>
[Method("mmd", Paper = "arXiv 1502.02791",
    Summary = "Aligns a labelled source and an unlabelled target by the maximum mean discrepancy of their features, with five kernels as wide as the features lie apart. Needs two domains.")]
public sealed class Mmd : AlignmentMethod
{
    private readonly MmdEstimator estimator;

    public Mmd(Options options, MethodContext context)
        : base("mmd", options.Weight, context)
    {
        estimator = options.Estimator;
        RegisterComponents();
    }

    public sealed record Options : AdaptationOptions
    {
        [Range(0.0, 1e6), Description("Weight of the discrepancy between the domains, beside the classification's 1.")]
        public double Weight { get; init; } = 1;

        [Description("How the discrepancy is estimated from a batch, for the loss and for `alignmentLoss`: quadratic compares all pairs, linear (the paper's, cheaper and noisier) "
            + "neighbouring rows; both are without bias and may be below 0. biased never is. What is reported of finished runs, `mmd`, is always biased.")]
        public MmdEstimator Estimator { get; init; }

        public override string? CollapseCause() => AllFeaturesTheSame("weight", Weight);
    }

    protected override Tensor Alignment(Tensor source, Tensor target, Batch batch) => Losses.Mmd.Loss(source, target, estimator);
}
