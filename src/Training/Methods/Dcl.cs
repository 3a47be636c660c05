using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ContrastiveService.Training.Methods.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>SimCLR whose positive is left out of the denominator, so that an easy positive does not take the gradient from the negatives (Yeh et al. 2021).</summary>
[Method("dcl", Paper = "arXiv 2110.06848",
    Summary = "Decoupled contrastive loss: SimCLR without the positive in its denominator, which makes small batches do nearly as well as large ones. Needs no labels.")]
public sealed class Dcl : Method
{
    private readonly Options options;
    private readonly ProjectionHead projector;

    public Dcl(Options options, MethodContext context)
        : base("dcl", context)
    {
        this.options = options;
        projector = new ProjectionHead(context.Width, options.HiddenWidth ?? context.Width, options.ProjectionWidth, 2, options.ProjectorNorm);
        RegisterComponents();
    }

    public sealed record Options : MethodOptions
    {
        [Range(0.001, 100.0), Description("τ: how sharply the most similar strangers are told apart.")]
        public double Temperature { get; init; } = 0.1;

        [Description("DCLW: pictures whose views are far apart pull harder than others.")]
        public bool Weighted { get; init; }

        [Range(0.001, 100.0), Description("σ of DCLW: the smaller, the more the weights differ. Without weighted it has no effect.")]
        public double Sigma { get; init; } = 0.5;

        [Description("Batch normalisation after each of the projector's two layers.")]
        public bool ProjectorNorm { get; init; } = true;

        [Range(1, 16_384), Description("Width between the projector's layers; the encoder's own if left out.")]
        public int? HiddenWidth { get; init; }

        [Range(2, 16_384), Description("Width of the projections that the loss compares.")]
        public int ProjectionWidth { get; init; } = 128;

        public override BatchNeeds Needs(DataTraits data) => new(Views: 2);
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var h = Context.Encoder.forward(cat([batch.Views[0], batch.Views[1]])); // (2B, width)
        var z = projector.forward(h).chunk(2); // two of (B, d)
        var loss = options.Weighted
            ? Losses.Dcl.Weighted(z[0], z[1], options.Temperature, options.Sigma)
            : Losses.Dcl.Loss(z[0], z[1], options.Temperature);
        return loss.MoveToOuterDisposeScope();
    }
}
