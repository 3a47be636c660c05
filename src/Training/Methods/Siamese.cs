using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ContrastiveService.Training.Losses;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>Two pictures through one encoder: pulled together if they belong together, pushed a margin apart if not (Hadsell, Chopra, LeCun 2006).</summary>
[Method("siamese", Paper = "Hadsell, Chopra, LeCun: Dimensionality Reduction by Learning an Invariant Mapping, CVPR 2006",
    Summary = "Contrastive loss on pairs: the same label, or the same picture, together; everything else at least a margin apart.")]
public sealed class Siamese(Siamese.Options options, MethodContext context) : PairMethod("siamese", options, context)
{
    public sealed record Options : PairOptions
    {
        [Range(0.001, 1000.0), Description("Distance beyond which strangers cost nothing.")]
        public double Margin { get; init; } = 1;

        [Description("What a pair at distance D costs, together and apart: `hadsell` ½D² and ½max(0, margin − D)², `distance` D and max(0, margin − D), "
            + "`squared-distance` D² and max(0, margin − D²).")]
        public ContrastiveForm Form { get; init; }

        [Description("Pairs that the means are taken over, positives and negatives separately: those that still cost something (`non-zero`) or `all`.")]
        public PairAverage Average { get; init; }
    }

    protected override Tensor Loss(Tensor x, Tensor classes, Batch batch)
    {
        var terms = Contrastive.OfLabels(x, classes, options.Margin, options.Form, options.Average);
        batch.Report("positiveLoss", terms.Positive);
        batch.Report("negativeLoss", terms.Negative);
        return terms.Loss;
    }
}
