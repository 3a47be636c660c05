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
/// Cross entropy on the source, against a discriminator that tells the domains apart by their features: it learns to, and through the reversed gradient the encoder
/// learns to prevent it (domain-adversarial networks, Ganin et al. 2016).
/// </summary>
[Method("dann", Paper = "arXiv 1505.07818",
    Summary = "Aligns a labelled source and an unlabelled target by making their features indistinguishable to a domain classifier that is trained along. Needs two domains.")]
public sealed class Dann : AlignmentMethod
{
    private readonly double gamma;
    private readonly ProjectionHead discriminator;

    public Dann(Options options, MethodContext context)
        : base("dann", options.Weight, context)
    {
        gamma = options.Gamma;
        discriminator = new ProjectionHead(context.Width, options.DiscriminatorWidth, 1, options.DiscriminatorLayers, norm: false);
        RegisterComponents();
    }

    public sealed record Options : AdaptationOptions
    {
        [Range(0.0, 1e6), Description("Weight of the discriminator's loss, beside the classification's 1.")]
        public double Weight { get; init; } = 1;

        [Description("γ: how soon the encoder works against the discriminator, with λ = 2/(1+e^(−γp)) − 1 after a share p of the run. (The paper's falling learning rate "
            + "belongs to the schedule.)")]
        [Range(0.001, 1000.0)]
        public double Gamma { get; init; } = 10;

        [Range(1, 4), Description("Linear layers of the discriminator: 3 for large pictures, 2 for digits, as in the paper.")]
        public int DiscriminatorLayers { get; init; } = 3;

        [Range(1, 16_384), Description("Width between the discriminator's layers.")]
        public int DiscriminatorWidth { get; init; } = 1024;

        /// <summary>The paper's discriminator of digits.</summary>
        public override JsonObject Suggest(DatasetFacts facts, int imageSize) =>
            imageSize <= 64 ? new JsonObject { ["method"] = new JsonObject { ["discriminatorLayers"] = 2, ["discriminatorWidth"] = 100 } } : [];

        public override string? AccumulationDiffers() => null;

        public override string? CollapseCause() => AllFeaturesTheSame("weight", Weight);
    }

    protected override Tensor Alignment(Tensor source, Tensor target, Batch batch)
    {
        var lambda = GradientReversal.Coefficient((double)batch.Step / Context.TotalSteps, gamma);
        var logits = discriminator.forward(GradientReversal.Of(cat([source, target]), lambda)); // (B + B', 1)
        var (s, t) = (logits.narrow(0, 0, source.size(0)), logits.narrow(0, source.size(0), target.size(0)));
        batch.Report("domainAccuracy", DomainClassification.Accuracy(s, t));
        return DomainClassification.Loss(s, t);
    }
}
