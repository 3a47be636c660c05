using ContrastiveService.Training.Evaluation;

namespace ContrastiveService.Training.Calibration;

/// <summary>What makes a cosine something to act on: P(same), and thresholds for chosen false positive rates. Travels in the model's card.</summary>
/// <param name="Positives">What makes two pictures the same.</param>
/// <param name="Split">Where the pictures came from.</param>
/// <param name="Fitting">What P(same) was fitted to.</param>
/// <param name="Checking">What it was measured on; none of its pictures is among those of <paramref name="Fitting"/>.</param>
/// <param name="Reason">Why there is nothing below; null where there is.</param>
public sealed record PairCalibration(PositivePairs Positives, string Split, PairCounts Fitting, PairCounts Checking, string? Reason)
{
    /// <summary>The share of positives among pairs under which P(same) holds.</summary>
    public double Prior { get; init; } = Calibration.Prior.Equal;

    /// <summary>Which fit is used: the one with the lower log loss on <see cref="Checking"/>.</summary>
    public CalibrationMethod? Method { get; init; }

    /// <summary>The fit, if it is this one that is used.</summary>
    public PlattScaling? Platt { get; init; }

    /// <summary>The fit, if it is this one that is used.</summary>
    public IsotonicRegression? Isotonic { get; init; }

    /// <summary>Both fits on <see cref="Checking"/>.</summary>
    public IReadOnlyList<CalibrationQuality> Quality { get; init; } = [];

    /// <summary>The reliability diagram of the fit that is used, on <see cref="Checking"/>: the bins with pairs in them.</summary>
    public IReadOnlyList<ReliabilityBin> Reliability { get; init; } = [];

    /// <summary>At false positive rates of 1 % and 0.1 %.</summary>
    public IReadOnlyList<OperatingPoint> OperatingPoints { get; init; } = [];

    /// <summary>For any other rate, over all pairs of the split that were drawn.</summary>
    public OperatingCurve? Curve { get; init; }

    /// <summary>The chance that two pictures with this similarity are the same.</summary>
    /// <param name="cosine">In [−1, 1].</param>
    /// <param name="prior">The share of positives among the pairs that are asked about, in (0, 1).</param>
    /// <returns>Null where there is a <see cref="Reason"/>.</returns>
    public double? ProbabilitySame(double cosine, double prior = Calibration.Prior.Equal) =>
        (Platt?.Probability(cosine) ?? Isotonic?.Probability(cosine)) is { } probability ? Calibration.Prior.Shift(probability, Prior, prior) : null;

    /// <summary>Where to set a threshold, and what that misses.</summary>
    /// <param name="falsePositiveRate">The share of negatives that may be accepted, in (0, 1).</param>
    public OperatingPoint At(double falsePositiveRate) => Curve?.At(falsePositiveRate) ?? new(falsePositiveRate, null, null, Reason);
}
