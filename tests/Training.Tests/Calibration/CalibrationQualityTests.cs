using ContrastiveService.Training.Calibration;

namespace ContrastiveService.Training.Tests.Calibration;

public sealed class CalibrationQualityTests
{
    // Bins of 1/15: 0.05 and 0.06 are in the first, 0.4 and 0.45 in the seventh, 1 in the last.
    private static readonly WeightedTarget[] Pairs = [new(0.05, 0, 0.2), new(0.06, 1, 0.1), new(0.4, 1, 0.2), new(0.45, 0, 0.2), new(1, 1, 0.3)];

    [Fact]
    public void The_expected_calibration_error_is_what_is_computed_by_hand()
    {
        var quality = CalibrationQuality.Of(CalibrationMethod.Platt, score => score, Pairs);

        // |0.2·0.05 + 0.1·0.06 − 0.1| + |0.2·0.4 + 0.2·0.45 − 0.2| + |0.3·1 − 0.3|
        quality.ExpectedCalibrationError.ShouldBe(0.084 + 0.03 + 0, 1e-12);
    }

    [Fact]
    public void The_bins_are_what_was_said_and_what_was_found()
    {
        var bins = CalibrationQuality.Reliability(score => score, Pairs);

        bins.Select(b => Math.Round(b.Weight, 9)).ShouldBe([0.3, 0.4, 0.3]);
        bins.Select(b => Math.Round(b.Said, 9)).ShouldBe([Math.Round(0.016 / 0.3, 9), 0.425, 1]);
        bins.Select(b => Math.Round(b.Found, 9)).ShouldBe([Math.Round(0.1 / 0.3, 9), 0.5, 1]);
        bins.Select(b => b.Pairs).ShouldBe([2, 2, 1]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Where_the_truth_is_known_the_error_is_the_mean_distance_from_it(int power)
    {
        // Scores evenly over (0, 1) that are themselves the chance of being the same; s^(1 + k) is said. The mean of s − s^(1 + k) is ½ − 1/(2 + k): a sixth for s².
        const int Scores = 30_000;
        WeightedTarget[] pairs = [.. Enumerable.Range(0, Scores).Select(i => (i + 0.5) / Scores).SelectMany(s => new[] { new WeightedTarget(s, 1, s / Scores), new WeightedTarget(s, 0, (1 - s) / Scores) })];

        var quality = CalibrationQuality.Of(CalibrationMethod.Platt, s => Math.Pow(s, 1 + power), pairs);

        quality.ExpectedCalibrationError.ShouldBe(0.5 - (1.0 / (2 + power)), 1e-4);
    }

    [Fact]
    public void Log_loss_and_brier_score_are_what_is_computed_by_hand()
    {
        var quality = CalibrationQuality.Of(CalibrationMethod.Platt, score => score, Pairs);

        quality.LogLoss.ShouldBe(-((0.2 * Math.Log(0.95)) + (0.1 * Math.Log(0.06)) + (0.2 * Math.Log(0.4)) + (0.2 * Math.Log(0.55))), 1e-12);
        quality.Brier.ShouldBe((0.2 * 0.05 * 0.05) + (0.1 * 0.94 * 0.94) + (0.2 * 0.36) + (0.2 * 0.45 * 0.45), 1e-12);
    }

    [Fact]
    public void Knowing_nothing_costs_ln_2_and_a_quarter_and_is_calibrated()
    {
        var quality = CalibrationQuality.Of(CalibrationMethod.Platt, _ => 0.5, new ScoredPairs([1, 1, 1], [0], 4).Truths());

        quality.LogLoss.ShouldBe(Math.Log(2), 1e-12);
        quality.Brier.ShouldBe(0.25, 1e-12);
        quality.ExpectedCalibrationError.ShouldBe(0, 1e-12);
    }

    [Fact]
    public void A_probability_that_rounded_to_certainty_and_was_wrong_costs_much_but_not_everything() =>
        CalibrationQuality.Of(CalibrationMethod.Platt, score => score, [new(1, 0, 0.5), new(0, 1, 0.5)]).LogLoss.ShouldBe(-Math.Log(1e-15), 1e-9);
}
