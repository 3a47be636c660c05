using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>
/// The contrastive loss (Hadsell, Chopra, LeCun 2006, "Dimensionality reduction by learning an invariant mapping", equation 4):
/// L = y·½D² + (1 − y)·½·max(0, m − D)² with D = ‖x₀ − x₁‖₂. Here y = 1 means similar, as in most code; the paper writes it the other way round.
/// </summary>
/// <remarks>Rows are taken as they are: hand in <see cref="UnitRows.Of"/> for a loss on the sphere. Coinciding rows have the gradient 0.</remarks>
public static class Contrastive
{
    /// <summary>The loss of given pairs, averaged over all of them together.</summary>
    /// <param name="x0">(N, d).</param>
    /// <param name="x1">(N, d).</param>
    /// <param name="similar">(N), 1 or true where row i of both belongs together, else 0.</param>
    /// <param name="margin">m &gt; 0: dissimilar pairs farther apart cost nothing.</param>
    public static ContrastiveTerms OfPairs(Tensor x0, Tensor x1, Tensor similar, double margin = 1)
    {
        LossInputs.SameShape(x0, nameof(x0), x1, nameof(x1));
        LossInputs.Labels(similar, nameof(similar), x0, nameof(x0));
        LossInputs.Positive(margin, nameof(margin));
        using var scope = NewDisposeScope();
        var distance = linalg.vector_norm(x0 - x1, dims: [1]); // (N)
        var y = similar.to(x0.dtype);
        var pull = y * distance.square() / 2;
        var push = (1 - y) * (margin - distance).relu().square() / 2;
        return new(
            (pull + push).mean().MoveToOuterDisposeScope(),
            (pull.sum() / y.sum().clamp_min(1)).MoveToOuterDisposeScope(),
            (push.sum() / (1 - y).sum().clamp_min(1)).MoveToOuterDisposeScope());
    }

    /// <summary>The loss of all ordered pairs i ≠ j of a batch, similar where labels are equal; the mean over positives plus the mean over negatives.</summary>
    /// <param name="x">(B, d).</param>
    /// <param name="labels">(B) int64.</param>
    /// <param name="margin">m &gt; 0.</param>
    /// <param name="form">What a pair costs.</param>
    /// <param name="average">Which pairs the two means are taken over.</param>
    /// <returns>Loss = Positive + Negative ≥ 0; a part without pairs is 0.</returns>
    public static ContrastiveTerms OfLabels(
        Tensor x, Tensor labels, double margin = 1, ContrastiveForm form = ContrastiveForm.Hadsell, PairAverage average = PairAverage.NonZero)
    {
        LossInputs.Matrix(x, nameof(x));
        LossInputs.Labels(labels, nameof(labels), x, nameof(x));
        LossInputs.Positive(margin, nameof(margin));
        using var scope = NewDisposeScope();
        var distance = Pairs.Distances(x); // (B, B)
        var d = form == ContrastiveForm.SquaredDistance ? distance.square() : distance;
        var hinge = (margin - d).relu();
        var (pull, push) = form == ContrastiveForm.Hadsell ? (d.square() / 2, hinge.square() / 2) : (d, hinge);
        var (positive, negative) = Pairs.Of(labels);
        var near = Mean(pull, positive, average);
        var far = Mean(push, negative, average);
        return new((near + far).MoveToOuterDisposeScope(), near.MoveToOuterDisposeScope(), far.MoveToOuterDisposeScope());
    }

    private static Tensor Mean(Tensor costs, Tensor pairs, PairAverage average)
    {
        var chosen = costs * pairs;
        return average == PairAverage.NonZero ? Pairs.MeanOfNonZero(chosen) : chosen.sum() / pairs.sum().clamp_min(1);
    }
}
