using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>Same class or not, by the cosine: histograms of either kind of pair, ROC-AUC, equal error rate and thresholds for few false accepts.</summary>
public static class Verification
{
    /// <summary>Bins of a histogram over [−1, 1].</summary>
    public const int Bins = 64;

    private static readonly double[] Rates = [0.01, 0.001];

    /// <summary>Measures on pairs of different items, each pair once.</summary>
    /// <param name="items">(N, d) finite features.</param>
    /// <param name="labels">Class of every item.</param>
    /// <param name="seed">Which pairs are drawn.</param>
    /// <param name="pairs">At most so many of either kind; all of them where there are fewer.</param>
    public static VerificationScores Of(Tensor items, ReadOnlySpan<long> labels, long seed, int pairs = 50_000)
    {
        FeatureInputs.Finite(items, nameof(items));
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, 1);
        if (labels.Length != items.size(0))
            throw new ArgumentException($"labels must hold one label for each of the {items.size(0)} rows of items; there are {labels.Length}.", nameof(labels));
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var unit = UnitRows.Of(items.detach());
        var drawn = new LabeledPairs(labels, seed);
        var (positive, negative) = (PairCosines.Of(unit, drawn.Positive(pairs)), PairCosines.Of(unit, drawn.Negative(pairs)));
        var (above, below) = (Histogram(positive), Histogram(negative));
        if (positive.Length == 0 || negative.Length == 0)
            return new(above, below, null, null, []);
        var curve = new RocCurve(positive, negative);
        return new(above, below, curve.Auc, curve.Eer, [.. Rates.Select(curve.At)]);
    }

    private static int[] Histogram(float[] cosines)
    {
        var counts = new int[Bins];
        foreach (var cosine in cosines)
            counts[Math.Min(Bins - 1, (int)((cosine + 1) / 2 * Bins))]++;
        return counts;
    }
}
