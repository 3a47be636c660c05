using ContrastiveService.Training.Evaluation;

namespace ContrastiveService.Training.Calibration;

/// <summary>
/// Where a verifier may be set, for any false positive rate that the negatives can measure. It is a <see cref="RocCurve"/> at ranks 2 % apart: what lies between two of them is
/// given the stricter one, which accepts at most 2 % fewer negatives than it might.
/// </summary>
/// <param name="Positives">Pairs that misses were counted among.</param>
/// <param name="Negatives">Pairs that false accepts were counted among.</param>
/// <param name="Accepted">How many negatives may be accepted; ascending, from the fewest that measure a rate.</param>
/// <param name="Thresholds">The lowest that accepts no more, none above the one before it. A pair is accepted where its cosine lies above.</param>
/// <param name="Missed">Positives that are then rejected, none more than before.</param>
public sealed record OperatingCurve(int Positives, int Negatives, int[] Accepted, float[] Thresholds, int[] Missed)
{
    private const double Step = 1.02;

    /// <summary>Rates that are met exactly.</summary>
    internal static IReadOnlyList<double> Rates { get; } = [0.01, 0.001];

    /// <summary>The lowest rate that can be measured; null where none can.</summary>
    public double? LeastRate() => Accepted.Length > 0 ? (double)RocCurve.LeastFalseAccepts / Negatives : null;

    /// <summary>Threshold and expected miss rate where at most this share of the negatives is accepted. Both fall, or stay, as the rate rises.</summary>
    /// <param name="falsePositiveRate">In (0, 1).</param>
    /// <returns>Without a threshold, but with the reason, where the negatives are too few for the rate.</returns>
    public OperatingPoint At(double falsePositiveRate)
    {
        if (!(falsePositiveRate is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(falsePositiveRate), falsePositiveRate, "falsePositiveRate must lie between 0 and 1.");
        if (RocCurve.WhyUnmeasured(falsePositiveRate, Negatives) is { } reason)
            return new(falsePositiveRate, null, null, reason);
        var found = Array.BinarySearch(Accepted, RocCurve.Acceptable(falsePositiveRate, Negatives));
        var at = found >= 0 ? found : ~found - 1;
        return new(falsePositiveRate, Thresholds[at], (double)Missed[at] / Positives, null);
    }

    /// <param name="positives">Finite scores, at least one.</param>
    /// <param name="negatives">The same.</param>
    internal static OperatingCurve Of(IReadOnlyCollection<float> positives, IReadOnlyCollection<float> negatives)
    {
        var curve = new RocCurve(positives, negatives);
        var ranks = Ranks(negatives.Count);
        var points = Array.ConvertAll(ranks, rank => curve.At((double)rank / negatives.Count));
        return new(
            positives.Count, negatives.Count, ranks, Array.ConvertAll(points, p => (float)p.Threshold!.Value),
            Array.ConvertAll(points, p => (int)Math.Round(p.MissRate!.Value * positives.Count)));
    }

    private static int[] Ranks(int negatives)
    {
        var ranks = new SortedSet<int>(Rates.Select(rate => RocCurve.Acceptable(rate, negatives)).Append(negatives - 1).Where(rank => rank >= RocCurve.LeastFalseAccepts));
        for (var rank = RocCurve.LeastFalseAccepts; rank < negatives; rank = Math.Max(rank + 1, (int)(rank * Step)))
            ranks.Add(rank);
        return [.. ranks];
    }
}
