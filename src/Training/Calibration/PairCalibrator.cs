namespace ContrastiveService.Training.Calibration;

/// <summary>Fits both ways to one half of the pictures, and keeps the one that does better on the other half, as it was measured there.</summary>
internal static class PairCalibrator
{
    /// <summary>With a hundred, the standard error of a share is a twentieth at most.</summary>
    public const int LeastPairs = 100;

    /// <summary>Fewer pictures give pairs that are too much alike to count as so many.</summary>
    public const int LeastPictures = 20;

    /// <param name="positives">What makes two pictures the same.</param>
    /// <param name="split">Where the pictures came from.</param>
    /// <param name="fitting">Pairs of one half of the pictures.</param>
    /// <param name="checking">Pairs of the other half.</param>
    /// <param name="all">Pairs of all pictures, for the thresholds.</param>
    public static PairCalibration Of(PositivePairs positives, string split, ScoredPairs fitting, ScoredPairs checking, ScoredPairs all)
    {
        var reason = WhyThin("the fit", fitting) ?? WhyThin("its check", checking);
        var calibration = new PairCalibration(positives, split, fitting.Counts, checking.Counts, reason);
        if (reason is not null)
            return calibration;
        var (targets, truths) = (fitting.SmoothedTargets(), checking.Truths());
        var (platt, isotonic) = (PlattScaling.Fit(targets), IsotonicRegression.Fit(targets));
        var quality = new[]
        {
            CalibrationQuality.Of(CalibrationMethod.Platt, platt.Probability, truths),
            CalibrationQuality.Of(CalibrationMethod.Isotonic, isotonic.Probability, truths),
        };
        // With nothing between them, the one that has two numbers.
        var method = quality[1].LogLoss < quality[0].LogLoss ? CalibrationMethod.Isotonic : CalibrationMethod.Platt;
        var curve = OperatingCurve.Of(all.Positives, all.Negatives);
        return calibration with
        {
            Method = method,
            Platt = method == CalibrationMethod.Platt ? platt : null,
            Isotonic = method == CalibrationMethod.Isotonic ? isotonic : null,
            Quality = quality,
            Reliability = CalibrationQuality.Reliability(method == CalibrationMethod.Platt ? platt.Probability : isotonic.Probability, truths),
            OperatingPoints = [.. OperatingCurve.Rates.Select(curve.At)],
            Curve = curve,
        };
    }

    /// <summary>No number, and why.</summary>
    public static PairCalibration Without(PositivePairs positives, string split, string reason) => new(positives, split, new(0, 0, 0), new(0, 0, 0), reason);

    private static string? WhyThin(string use, ScoredPairs pairs) =>
        pairs.Positives.Length >= LeastPairs && pairs.Negatives.Length >= LeastPairs && pairs.Pictures >= LeastPictures
            ? null
            : $"Too few pictures were held out: there are {pairs.Pictures} for {use}, which make {pairs.Positives.Length} pairs that are the same and {pairs.Negatives.Length} that are not. "
                + $"{LeastPictures} pictures with {LeastPairs} pairs of either kind are needed, and as many again for the other half; add pictures to the split 'test'.";
}
