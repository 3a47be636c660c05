namespace ContrastiveService.Training.Calibration;

/// <summary>How well probabilities fit pairs that they were not fitted to, under an equal prior: either kind as a whole counts half.</summary>
/// <param name="Method">Whose probabilities.</param>
/// <param name="LogLoss">Mean of −ln of the probability of what was so; ln 2 = 0.693 for knowing nothing.</param>
/// <param name="Brier">Mean squared difference of the probability and what was so, in [0, 1]; 0.25 for knowing nothing.</param>
/// <param name="ExpectedCalibrationError">Mean of |said − found| over 15 equally wide bins of the probability, weighted by the bins' pairs; in [0, 1] (Guo et al. 2017, section 2).</param>
public sealed record CalibrationQuality(CalibrationMethod Method, double LogLoss, double Brier, double ExpectedCalibrationError)
{
    /// <summary>Bins of the expected calibration error.</summary>
    public const int Bins = 15;

    // A sigmoid may round to 0 or 1, and a single pair would make the loss infinite.
    private const double Certainty = 1e-15;

    /// <summary>Measures.</summary>
    /// <param name="method">Whose probabilities.</param>
    /// <param name="probability">Of a cosine.</param>
    /// <param name="pairs">With truths of 0 and 1 and weights that sum to 1.</param>
    internal static CalibrationQuality Of(CalibrationMethod method, Func<double, double> probability, IReadOnlyList<WeightedTarget> pairs)
    {
        var (loss, brier) = (0.0, 0.0);
        foreach (var (score, truth, weight) in pairs)
        {
            var p = probability(score);
            loss -= weight * Math.Log(Math.Max(truth > 0 ? p : 1 - p, Certainty));
            brier += weight * (p - truth) * (p - truth);
        }

        return new(method, loss, brier, Reliability(probability, pairs).Sum(bin => bin.Weight * Math.Abs(bin.Said - bin.Found)));
    }

    /// <summary>The bins with pairs in them, by rising probability; a probability on a boundary counts to the bin above.</summary>
    internal static IReadOnlyList<ReliabilityBin> Reliability(Func<double, double> probability, IReadOnlyList<WeightedTarget> pairs)
    {
        var bins = new (double Weight, double Said, double Found, int Pairs)[Bins];
        foreach (var (score, truth, weight) in pairs)
        {
            var p = probability(score);
            ref var bin = ref bins[Math.Min(Bins - 1, (int)(p * Bins))];
            bin = (bin.Weight + weight, bin.Said + (weight * p), bin.Found + (weight * truth), bin.Pairs + 1);
        }

        return [.. bins.Where(b => b.Weight > 0).Select(b => new ReliabilityBin(b.Weight, b.Said / b.Weight, b.Found / b.Weight, b.Pairs))];
    }
}
