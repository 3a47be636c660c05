using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ContrastiveService.Training.Methods.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>SimCLR with labels: each view must find all other views of its class among those of the batch (Khosla et al. 2020, equation 2).</summary>
[Method("supcon", Paper = "arXiv 2004.11362",
    Summary = "Supervised contrastive loss: two views of every picture, and all pictures of one label belong together. Needs a label on every item.")]
public sealed class SupCon : Method
{
    private readonly double temperature;
    private readonly ProjectionHead projector;

    public SupCon(Options options, MethodContext context)
        : base("supcon", context)
    {
        temperature = options.Temperature;
        projector = new ProjectionHead(context.Width, options.HiddenWidth ?? context.Width, options.ProjectionWidth, 2, options.ProjectorNorm);
        RegisterComponents();
    }

    public sealed record Options : MethodOptions
    {
        [Range(0.001, 100.0), Description("τ: how sharply the most similar strangers are told apart.")]
        public double Temperature { get; init; } = 0.1;

        [Description("0 draws items by shuffling, as the paper does: a picture's other view always belongs to it, others of its label where the batch happens to hold some, "
            + "so many classes want large batches. K > 0 draws K items of each class; batchSize must be a multiple of it.")]
        [Range(0, 1024)]
        public int SamplesPerClass { get; init; }

        [Description("Batch normalisation after each of the projector's two layers.")]
        public bool ProjectorNorm { get; init; }

        [Range(1, 16_384), Description("Width between the projector's layers; the encoder's own if left out.")]
        public int? HiddenWidth { get; init; }

        [Range(2, 16_384), Description("Width of the projections that the loss compares.")]
        public int ProjectionWidth { get; init; } = 128;

        public override BatchNeeds Needs(DataTraits data) => new(Views: 2, LabelUse.Required, SamplesPerClass);

        public override string? CollapseCause() =>
            $"a temperature far above 0.1 (it is {Temperature}) lets everything be one point at little cost; so do labels that are nearly all the same";
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var z = projector.forward(Context.Encoder.forward(cat([batch.Views[0], batch.Views[1]]))); // (2B, d)
        return Losses.SupCon.Loss(z, batch.Labels!.repeat(2), temperature).MoveToOuterDisposeScope();
    }
}
