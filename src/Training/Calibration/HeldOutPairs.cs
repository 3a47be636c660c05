using ContrastiveService.Training.Data;
using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Calibration;

/// <summary>
/// Pairs of the pictures that are reported on: of all of them, and of two halves that share no picture. Those that are not the same have different labels or, without labels of two
/// classes, are merely different pictures; those that are the same have one label, or are two views.
/// </summary>
internal sealed class HeldOutPairs
{
    private const int MostPairs = 50_000;

    private readonly Tensor unit; // (N, d)
    private readonly long[] labels; // of each row; all different where there are no labels
    private readonly int[] known; // rows that take part
    private readonly float[]? views; // by row, without labels: the cosine of two views of the picture
    private readonly long seed;

    /// <param name="features">Finite features of all pictures.</param>
    /// <param name="views">Asked only where there are no labels of two classes: for each picture the cosine of two views of it, for as many as there are.</param>
    /// <param name="seed">Which pairs, and which half a picture is in.</param>
    public HeldOutPairs(LabeledFeatures features, Func<float[]> views, long seed)
    {
        this.seed = seed;
        unit = UnitRows.Of(features.Features);
        Kind = KindOf(features.Labels);
        this.views = Kind == PositivePairs.Views ? views() : null;
        var rows = Enumerable.Range(0, features.Labels.Length);
        labels = Kind == PositivePairs.Labels ? features.Labels : [.. rows.Select(row => (long)row)];
        known = [.. rows.Where(row => labels[row] >= 0)];
    }

    /// <summary>What makes two pictures the same.</summary>
    public PositivePairs Kind { get; }

    /// <summary>Labels of two classes, else views.</summary>
    public static PositivePairs KindOf(long[] labels) => labels.Where(l => l >= 0).Distinct().Take(2).Count() == 2 ? PositivePairs.Labels : PositivePairs.Views;

    /// <summary>At most 50,000 pairs of either kind.</summary>
    public ScoredPairs All() => Of(known, MostPairs);

    /// <summary>At most 25,000 pairs of either kind in each half.</summary>
    public (ScoredPairs Fitting, ScoredPairs Checking) Halves()
    {
        var (fitting, checking) = Split();
        return (Of(fitting, MostPairs / 2), Of(checking, MostPairs / 2));
    }

    /// <summary>The rows of either half, ascending. As many pictures of a label are in one as in the other, give or take one.</summary>
    internal (int[] Fitting, int[] Checking) Split()
    {
        var order = (int[])known.Clone();
        new SeededRandom(seed, "calibration halves").Shuffle<int>(order);
        if (Kind == PositivePairs.Labels)
            order = [.. order.OrderBy(row => labels[row])];
        return (Half(0), Half(1));

        int[] Half(int parity) => [.. order.Where((_, place) => place % 2 == parity).Order()];
    }

    private ScoredPairs Of(int[] rows, int most)
    {
        var pairs = new LabeledPairs(Array.ConvertAll(rows, row => labels[row]), seed);
        var positives = views is null
            ? Cosines(pairs.Positive(most))
            : [.. rows.Where(row => row < views.Length).Select(row => views[row])];
        return new(positives, Cosines(pairs.Negative(most)), rows.Length);

        float[] Cosines(IReadOnlyList<(int I, int J)> drawn) => PairCosines.Of(unit, [.. drawn.Select(p => (rows[p.I], rows[p.J]))]);
    }
}
