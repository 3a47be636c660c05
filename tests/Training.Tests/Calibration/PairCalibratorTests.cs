using System.Text.Json;
using ContrastiveService.Training.Calibration;
using ContrastiveService.Training.Plans;

namespace ContrastiveService.Training.Tests.Calibration;

public sealed class PairCalibratorTests
{
    [Fact]
    public void Where_the_truth_is_a_sigmoid_platts_is_found_whatever_the_share_of_positives()
    {
        // Two normals of one width: P(same) is a sigmoid of slope (0.6 − 0.3)/0.15².
        var calibration = Calibrate(seed => new(Scores.Normal(6_000, 0.6, 0.15, seed), Scores.Normal(20_000, 0.3, 0.15, seed + 1), 400));

        calibration.Method.ShouldBe(CalibrationMethod.Platt);
        calibration.Isotonic.ShouldBeNull();
        calibration.Platt!.Slope.ShouldBe(0.3 / 0.0225, 1);
        foreach (var cosine in Cosines)
            calibration.ProbabilitySame(cosine)!.Value.ShouldBe(Truth(cosine, 0.5), 0.02);
        foreach (var cosine in Cosines)
            calibration.ProbabilitySame(cosine, 0.05)!.Value.ShouldBe(Truth(cosine, 0.05), 0.05);
        Used(calibration).ExpectedCalibrationError.ShouldBeLessThan(0.02);

        double Truth(double s, double prior) =>
            prior * Scores.Density(s, 0.6, 0.15) / ((prior * Scores.Density(s, 0.6, 0.15)) + ((1 - prior) * Scores.Density(s, 0.3, 0.15)));
    }

    [Fact]
    public void On_pairs_that_nobody_has_seen_the_error_is_small_until_what_is_the_same_looks_otherwise()
    {
        var calibration = Calibrate(seed => new(Scores.Normal(10_000, 0.6, 0.15, seed), Scores.Normal(10_000, 0.3, 0.15, seed + 1), 400));

        Error(0.6).ShouldBeLessThan(0.02);
        // A camera later, positives are half as far from negatives: much of what is said to be different is the same.
        Error(0.45).ShouldBeGreaterThan(0.1);

        double Error(double mean) => CalibrationQuality.Of(
            calibration.Method!.Value, c => calibration.ProbabilitySame(c)!.Value, new ScoredPairs(Scores.Normal(10_000, mean, 0.15, 30), Scores.Normal(10_000, 0.3, 0.15, 31), 400).Truths())
            .ExpectedCalibrationError;
    }

    [Fact]
    public void Where_the_truth_is_no_sigmoid_the_isotonic_fit_is_taken()
    {
        // Some positives are as unlike each other as strangers: P(same) stays near a third where most pairs lie, then rises to 1.
        var calibration = Calibrate(seed => new(
            [.. Scores.Normal(10_000, 0.2, 0.1, seed), .. Scores.Normal(10_000, 0.8, 0.05, seed + 1)], Scores.Normal(20_000, 0.2, 0.1, seed + 2), 400));

        calibration.Method.ShouldBe(CalibrationMethod.Isotonic);
        calibration.Platt.ShouldBeNull();
        calibration.ProbabilitySame(0.2)!.Value.ShouldBe(1.0 / 3, 0.03);
        calibration.ProbabilitySame(0.8)!.Value.ShouldBeGreaterThan(0.99);
        Cosines.Select(c => calibration.ProbabilitySame(c)!.Value).ShouldBeInOrder();
        Used(calibration).ExpectedCalibrationError.ShouldBeLessThan(0.02);
        calibration.Quality.Single(q => q.Method == CalibrationMethod.Platt).ExpectedCalibrationError.ShouldBeGreaterThan(0.04);
    }

    [Fact]
    public void Thresholds_are_those_of_all_pairs_and_numbers_those_of_the_pairs_that_were_not_fitted_to()
    {
        var all = new ScoredPairs(Scores.Normal(9_000, 0.6, 0.15, 7), Scores.Normal(50_000, 0.3, 0.15, 8), 800);
        var (fitting, checking) = (new ScoredPairs(all.Positives[..4000], all.Negatives[..20_000], 400), new ScoredPairs(all.Positives[4000..], all.Negatives[20_000..], 400));

        var calibration = PairCalibrator.Of(PositivePairs.Labels, "test", fitting, checking, all);

        calibration.OperatingPoints.Select(p => p.FalsePositiveRate).ShouldBe([0.01, 0.001]);
        calibration.OperatingPoints.ShouldAllBe(p => p == calibration.At(p.FalsePositiveRate));
        calibration.At(0.01).Threshold!.Value.ShouldBe(0.3 + (0.15 * 2.326), 0.01);
        calibration.Checking.ShouldBe(new PairCounts(400, 5000, 30_000));
        Used(calibration).ShouldBe(CalibrationQuality.Of(CalibrationMethod.Platt, calibration.Platt!.Probability, checking.Truths()));
        calibration.Reliability.Sum(b => b.Weight).ShouldBe(1, 1e-9);
    }

    [Theory]
    [InlineData(99, 500, 50, 500)]
    [InlineData(500, 99, 50, 500)]
    [InlineData(500, 500, 19, 500)]
    [InlineData(500, 500, 50, 99)]
    public void Too_few_pairs_or_pictures_give_a_reason_and_no_number(int positives, int negatives, int pictures, int checkedPositives)
    {
        var fitting = new ScoredPairs(Scores.Normal(positives, 0.6, 0.1, 1), Scores.Normal(negatives, 0.3, 0.1, 2), pictures);
        var checking = new ScoredPairs(Scores.Normal(checkedPositives, 0.6, 0.1, 3), Scores.Normal(500, 0.3, 0.1, 4), 50);

        var calibration = PairCalibrator.Of(PositivePairs.Labels, "test", fitting, checking, fitting);

        calibration.Reason!.ShouldContain("Too few");
        calibration.Reason!.ShouldContain($"{Math.Min(Math.Min(positives, negatives), Math.Min(pictures, checkedPositives))}");
        (calibration.Method, calibration.Curve, calibration.ProbabilitySame(0.5)).ShouldBe((null, null, null));
        var point = calibration.At(0.01);
        (point.Threshold, point.MissRate, point.Reason).ShouldBe((null, null, calibration.Reason));
        RoundTrip(calibration).Reason.ShouldBe(calibration.Reason);
    }

    [Fact]
    public void Constant_scores_give_the_prior_and_accept_nothing()
    {
        var flat = new ScoredPairs([.. Enumerable.Repeat(0.9f, 500)], [.. Enumerable.Repeat(0.9f, 2_000)], 50);

        var calibration = PairCalibrator.Of(PositivePairs.Labels, "test", flat, flat, flat);

        // Smoothed targets of unequal numbers: ½ · 501/502 + ½ · 1/2002.
        calibration.ProbabilitySame(0.9)!.Value.ShouldBe(0.5, 1e-3);
        calibration.ProbabilitySame(0.9, 0.2)!.Value.ShouldBe(0.2, 1e-3);
        (calibration.At(0.01).Threshold!.Value, calibration.At(0.01).MissRate).ShouldBe(((double)0.9f, 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_card_carries_is_the_same_after_it_was_stored(bool sigmoid)
    {
        var calibration = Calibrate(seed => new(
            [.. Scores.Normal(1_000, 0.7, 0.1, seed), .. Scores.Normal(sigmoid ? 0 : 1_000, 0.2, 0.1, seed + 1)], Scores.Normal(9_000, 0.2, 0.1, seed + 2), 200));

        var read = RoundTrip(calibration);

        JsonSerializer.Serialize(read, PlanJson.Options).ShouldBe(JsonSerializer.Serialize(calibration, PlanJson.Options));
        read.Method.ShouldBe(sigmoid ? CalibrationMethod.Platt : CalibrationMethod.Isotonic);
        Cosines.ShouldAllBe(c => read.ProbabilitySame(c, 0.3) == calibration.ProbabilitySame(c, 0.3));
        read.At(0.0123).ShouldBe(calibration.At(0.0123));
    }

    private static double[] Cosines => [.. Enumerable.Range(-4, 25).Select(i => i / 20.0)];

    private static PairCalibration Calibrate(Func<int, ScoredPairs> pairs) => PairCalibrator.Of(PositivePairs.Labels, "test", pairs(10), pairs(20), pairs(10));

    private static CalibrationQuality Used(PairCalibration calibration) => calibration.Quality.Single(q => q.Method == calibration.Method);

    private static PairCalibration RoundTrip(PairCalibration calibration) =>
        JsonSerializer.Deserialize<PairCalibration>(JsonSerializer.Serialize(calibration, PlanJson.Options), PlanJson.Options)!;
}
