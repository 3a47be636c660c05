using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ContrastiveService.Training.Evaluation;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>What contrastive losses come to with many negatives, said outright: views of an item together, items spread evenly (Wang and Isola 2020).</summary>
[Method("align-uniform", Paper = "arXiv 2005.10242",
    Summary = "Alignment and uniformity: the two views of a picture close together, all pictures spread evenly over the sphere, as two terms that are weighted. "
        + "Works on the encoder's own output. Needs no labels.")]
public sealed class AlignUniform : Method
{
    private readonly Options options;
    private readonly Linear? projector;

    public AlignUniform(Options options, MethodContext context)
        : base("align-uniform", context)
    {
        this.options = options;
        if (options.ProjectionWidth is { } width)
            projector = nn.Linear(context.Width, width);
        RegisterComponents();
    }

    public sealed record Options : MethodOptions
    {
        [Range(1.0, 16.0), Description("α: power of the distance between two views of a picture; the greater, the more the farthest pairs count.")]
        public double Alpha { get; init; } = 2;

        [Range(0.001, 100.0), Description("t: how near pictures must be to push each other apart; the greater, the nearer.")]
        public double T { get; init; } = 2;

        [Range(0.0, 1000.0), Description("Weight of the views' distance.")]
        public double AlignmentWeight { get; init; } = 1;

        [Range(0.0, 1000.0), Description("Weight of the spread. With few items, or a batch below 128, less than alignmentWeight may do better.")]
        public double UniformityWeight { get; init; } = 1;

        [Range(2, 16_384), Description("Width of a linear layer between encoder and loss; none, as in the paper, if left out: the loss then works on what the model gives out.")]
        public int? ProjectionWidth { get; init; }

        public override BatchNeeds Needs(DataTraits data) => new(Views: 2);

        public override string? CollapseCause() =>
            $"alignment alone is at its best when everything is one point; uniformityWeight is {UniformityWeight} beside an alignmentWeight of {AlignmentWeight}, and should be greater";
    }

    public override Tensor Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        var h = Context.Encoder.forward(cat([batch.Views[0], batch.Views[1]])); // (2B, width)
        var z = (projector is null ? h : projector.forward(h)).chunk(2); // two of (B, d)
        var alignment = AlignmentUniformity.Alignment(z[0], z[1], options.Alpha);
        var uniformity = (AlignmentUniformity.Uniformity(z[0], options.T) + AlignmentUniformity.Uniformity(z[1], options.T)) / 2;
        batch.Report("alignmentLoss", alignment);
        batch.Report("uniformityLoss", uniformity);
        return (options.AlignmentWeight * alignment + options.UniformityWeight * uniformity).MoveToOuterDisposeScope();
    }
}
