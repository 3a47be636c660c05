using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ContrastiveService.Training.Losses;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Methods;

/// <summary>An anchor nearer to its positive than to a negative, by a margin (FaceNet, arXiv 1503.03832; Hermans et al., arXiv 1703.07737).</summary>
[Method("triplet", Paper = "arXiv 1503.03832, arXiv 1703.07737",
    Summary = "Triplet loss: every picture nearer to one that belongs to it than to a stranger, by a margin; triplets are mined from the batch.")]
public sealed class Triplet(Triplet.Options options, MethodContext context) : PairMethod("triplet", options, context)
{
    public sealed record Options : PairOptions
    {
        [Range(0.0, 1000.0), Description("By how much the stranger must be farther away.")]
        public double Margin { get; init; } = 0.2;

        [Description("Triplets that count: `batch-all`, `semi-hard` (stranger farther, but within the margin), `hard` (stranger no farther) or `batch-hard` "
            + "(farthest positive, nearest stranger). The hard ones may collapse from scratch.")]
        public TripletMining Mining { get; init; }

        [Description("ln(1 + e^gap) in place of max(0, gap + margin): it never stops pulling.")]
        public bool SoftMargin { get; init; }

        [Description("Squared distances, as in FaceNet.")]
        public bool Squared { get; init; }
    }

    protected override Tensor Loss(Tensor x, Tensor classes, Batch batch)
    {
        var terms = Losses.Triplet.OfLabels(x, classes, options.Mining, options.Margin, options.Squared, options.SoftMargin);
        batch.Report("activeTriplets", terms.Active);
        return terms.Loss;
    }
}
