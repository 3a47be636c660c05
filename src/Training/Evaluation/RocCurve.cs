using System.Globalization;

namespace ContrastiveService.Training.Evaluation;

/// <summary>How well a score tells positive pairs from negative ones: a pair is accepted where its score lies above a threshold.</summary>
public sealed class RocCurve
{
    /// <summary>So many false accepts must be expected for a rate to be measured; with ten, its standard error is about a third of it.</summary>
    public const int LeastFalseAccepts = 10;

    private readonly float[] positives;
    private readonly float[] negatives;

    /// <param name="positives">Scores of positive pairs, finite, at least one, in any order.</param>
    /// <param name="negatives">The same of negative pairs.</param>
    public RocCurve(IEnumerable<float> positives, IEnumerable<float> negatives)
    {
        this.positives = Sorted(positives, nameof(positives));
        this.negatives = Sorted(negatives, nameof(negatives));
        (Auc, Eer) = Sweep();
    }

    /// <summary>The chance that a positive pair scores higher than a negative one, ties counting half; in [0, 1].</summary>
    public double Auc { get; }

    /// <summary>The rate at which false accepts are as frequent as misses, on straight lines between the points of the curve; in [0, 1].</summary>
    public double Eer { get; }

    /// <summary>The lowest threshold that accepts at most this share of the negatives, and what it misses.</summary>
    /// <param name="falsePositiveRate">In (0, 1).</param>
    public OperatingPoint At(double falsePositiveRate)
    {
        if (!(falsePositiveRate is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(falsePositiveRate), falsePositiveRate, "falsePositiveRate must lie between 0 and 1.");
        if (WhyUnmeasured(falsePositiveRate, negatives.Length) is { } reason)
            return new(falsePositiveRate, null, null, reason);
        var threshold = negatives[negatives.Length - 1 - Acceptable(falsePositiveRate, negatives.Length)];
        return new(falsePositiveRate, threshold, (double)AtMost(positives, threshold) / positives.Length, null);
    }

    /// <summary>Why so many negative pairs cannot measure a rate; null where they can.</summary>
    internal static string? WhyUnmeasured(double falsePositiveRate, int negatives)
    {
        var needed = Math.Ceiling((LeastFalseAccepts / falsePositiveRate) - 1e-9);
        return negatives >= needed ? null : string.Create(
            CultureInfo.InvariantCulture, $"{negatives} negative pairs are too few to measure a rate of {falsePositiveRate:0.####}; at least {needed:0} are needed.");
    }

    /// <summary>How many negative pairs may be accepted at a rate; always fewer than there are.</summary>
    internal static int Acceptable(double falsePositiveRate, int negatives) => Math.Min(negatives - 1, (int)Math.Floor((falsePositiveRate * negatives) + 1e-9));

    private (double Auc, double Eer) Sweep()
    {
        var (auc, eer) = (0.0, double.NaN);
        var (fpr, miss) = (0.0, 1.0);
        var (p, n) = (positives.Length, negatives.Length);
        // From the highest score down; pairs of equal score are accepted together.
        while (p > 0 || n > 0)
        {
            var score = Math.Max(p > 0 ? positives[p - 1] : float.NegativeInfinity, n > 0 ? negatives[n - 1] : float.NegativeInfinity);
            while (p > 0 && positives[p - 1] == score)
                p--;
            while (n > 0 && negatives[n - 1] == score)
                n--;
            var (nextFpr, nextMiss) = (1 - ((double)n / negatives.Length), (double)p / positives.Length);
            auc += (nextFpr - fpr) * (1 - ((miss + nextMiss) / 2));
            if (double.IsNaN(eer) && nextFpr >= nextMiss)
                eer = fpr + ((nextFpr - fpr) * ((miss - fpr) / (miss - fpr + nextFpr - nextMiss)));
            (fpr, miss) = (nextFpr, nextMiss);
        }

        return (auc, eer);
    }

    private static int AtMost(float[] sorted, float value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] <= value)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static float[] Sorted(IEnumerable<float> scores, string name)
    {
        var sorted = scores.ToArray();
        if (sorted.Length == 0 || sorted.Any(s => !float.IsFinite(s)))
            throw new ArgumentException($"{name} must be finite scores, at least one.", name);
        Array.Sort(sorted);
        return sorted;
    }
}
