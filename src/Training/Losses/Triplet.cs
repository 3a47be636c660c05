using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>
/// The triplet loss max(0, d(a,p) − d(a,n) + m) (Schroff et al. 2015, "FaceNet", arXiv 1503.03832, equation 2), or with a soft margin
/// ln(1 + e^{d(a,p) − d(a,n)}) (Hermans et al. 2017, arXiv 1703.07737, section 2). d is the Euclidean distance; FaceNet squares it.
/// </summary>
/// <remarks>Rows are taken as they are: hand in <see cref="UnitRows.Of"/> for a loss on the sphere. Coinciding rows have the gradient 0.</remarks>
public static class Triplet
{
    /// <summary>The loss of given triplets, averaged over all of them.</summary>
    /// <param name="anchor">(N, d).</param>
    /// <param name="positive">(N, d).</param>
    /// <param name="negative">(N, d).</param>
    /// <param name="margin">m ≥ 0; of no effect on the loss with a soft margin.</param>
    /// <param name="squared">Squared distances.</param>
    /// <param name="soft">The soft margin in place of the hinge.</param>
    public static TripletTerms OfTriplets(Tensor anchor, Tensor positive, Tensor negative, double margin = 0.2, bool squared = false, bool soft = false)
    {
        LossInputs.SameShape(anchor, nameof(anchor), positive, nameof(positive));
        LossInputs.SameShape(anchor, nameof(anchor), negative, nameof(negative));
        LossInputs.NotNegative(margin, nameof(margin));
        using var scope = NewDisposeScope();
        var near = linalg.vector_norm(anchor - positive, dims: [1]); // (N)
        var far = linalg.vector_norm(anchor - negative, dims: [1]);
        var gap = squared ? near.square() - far.square() : near - far;
        var loss = soft ? nn.functional.softplus(gap) : (gap + margin).relu();
        return new(loss.mean().MoveToOuterDisposeScope(), (gap.detach() + margin).gt(0).to(ScalarType.Float32).mean().MoveToOuterDisposeScope());
    }

    /// <summary>The loss of the triplets mined from a batch (a ≠ p of one label, n of another), averaged over those that are not 0.</summary>
    /// <param name="x">(B, d).</param>
    /// <param name="labels">(B) int64.</param>
    /// <param name="mining">Which triplets. Mining itself takes no part in the gradient.</param>
    /// <param name="margin">m ≥ 0; with a soft margin it only decides what semi-hard and active mean.</param>
    /// <param name="squared">Squared distances.</param>
    /// <param name="soft">The soft margin in place of the hinge.</param>
    /// <returns>A loss ≥ 0; 0, attached to the graph, where no triplet is valid.</returns>
    public static TripletTerms OfLabels(
        Tensor x, Tensor labels, TripletMining mining = TripletMining.BatchAll, double margin = 0.2, bool squared = false, bool soft = false)
    {
        LossInputs.Matrix(x, nameof(x));
        LossInputs.Labels(labels, nameof(labels), x, nameof(x));
        LossInputs.NotNegative(margin, nameof(margin));
        using var scope = NewDisposeScope();
        var distance = Pairs.Distances(x); // (B, B)
        var d = squared ? distance.square() : distance;
        var (positive, negative) = Pairs.Of(labels);
        var (loss, active) = mining == TripletMining.BatchHard
            ? TripletMiner.Hardest(d, positive, negative, margin, soft)
            : TripletMiner.Among(d, positive, negative, mining, margin, soft);
        return new(loss.MoveToOuterDisposeScope(), active.MoveToOuterDisposeScope());
    }
}
