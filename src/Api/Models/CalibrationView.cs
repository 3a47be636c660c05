using ContrastiveService.Training.Calibration;
using ContrastiveService.Training.Evaluation;

namespace ContrastiveService.Api.Models;

/// <summary>What a version's P(same) and thresholds rest on.</summary>
/// <param name="Reason">Why there are none; null where there are.</param>
/// <param name="Positives">What makes two pictures the same: one label, or, without labels, being two views of one picture.</param>
/// <param name="Split">Where the pictures came from.</param>
/// <param name="Prior">The share of pairs that are the same under which P(same) was fitted and measured; requests may state another.</param>
/// <param name="Method">The fit that is used.</param>
/// <param name="Fitting">What it was fitted to.</param>
/// <param name="Checking">What it was measured on: other pictures.</param>
/// <param name="LogLoss">There; 0.693 for knowing nothing.</param>
/// <param name="Brier">There; 0.25 for knowing nothing.</param>
/// <param name="ExpectedCalibrationError">There: by how much P(same) is off on average, in <c>bins</c> equally wide bins.</param>
/// <param name="Bins">Of the expected calibration error.</param>
/// <param name="LeastFalsePositiveRate">The lowest rate that a decision can be asked for.</param>
/// <param name="OperatingPoints">At false positive rates of 1 % and 0.1 %.</param>
public sealed record CalibrationView(
    string? Reason, PositivePairs Positives, string Split, double Prior, CalibrationMethod? Method, PairCounts Fitting, PairCounts Checking, double? LogLoss, double? Brier,
    double? ExpectedCalibrationError, int Bins, double? LeastFalsePositiveRate, IReadOnlyList<OperatingPoint> OperatingPoints)
{
    public static CalibrationView Of(PairCalibration c)
    {
        var quality = c.Quality.FirstOrDefault(q => q.Method == c.Method);
        return new(
            c.Reason, c.Positives, c.Split, c.Prior, c.Method, c.Fitting, c.Checking, quality?.LogLoss, quality?.Brier, quality?.ExpectedCalibrationError,
            CalibrationQuality.Bins, c.Curve?.LeastRate(), c.OperatingPoints);
    }
}
