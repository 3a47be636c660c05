using ContrastiveService.Training.Calibration;
using ContrastiveService.Training.Evaluation;

namespace ContrastiveService.Training.Tests.Calibration;

public sealed class OperatingCurveTests
{
    // Rounded, so that some are equal.
    private static readonly float[] Positives = [.. Scores.Normal(3_000, 0.6, 0.2, 1).Select(s => MathF.Round(s, 3))];
    private static readonly float[] Negatives = [.. Scores.Normal(20_000, 0.2, 0.2, 2).Select(s => MathF.Round(s, 3))];
    private static readonly OperatingCurve Curve = OperatingCurve.Of(Positives, Negatives);

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.001)]
    public void At_the_reported_rates_it_is_the_roc_curve(double rate) => Curve.At(rate).ShouldBe(new RocCurve(Positives, Negatives).At(rate));

    [Fact]
    public void No_rate_accepts_more_negatives_than_it_may_and_misses_are_counted()
    {
        foreach (var rate in Rates())
        {
            var point = Curve.At(rate);
            Negatives.Count(s => s > point.Threshold).ShouldBeLessThanOrEqualTo((int)(rate * Negatives.Length));
            Negatives.Count(s => s >= point.Threshold).ShouldBeGreaterThan((int)(rate * Negatives.Length / 1.03));
            point.MissRate!.Value.ShouldBe(Positives.Average(s => s > point.Threshold ? 0 : 1.0), 1e-12);
        }
    }

    [Fact]
    public void The_higher_the_rate_the_lower_the_threshold_and_the_fewer_the_misses()
    {
        var points = Rates().Select(Curve.At).ToArray();

        points.Select(p => p.Threshold!.Value).ShouldBeInOrder(SortDirection.Descending);
        points.Select(p => p.MissRate!.Value).ShouldBeInOrder(SortDirection.Descending);
    }

    [Fact]
    public void A_rate_that_the_negatives_are_too_few_for_is_refused_with_how_many_are_needed()
    {
        Curve.LeastRate().ShouldBe(0.0005);
        Curve.At(0.0005).Threshold.ShouldNotBeNull();
        var point = Curve.At(0.0004);
        (point.Threshold, point.MissRate).ShouldBe((null, null));
        point.Reason!.ShouldContain("25000");
        OperatingCurve.Of([1], [0, 1, 2]).At(0.99).Reason.ShouldNotBeNull();
        OperatingCurve.Of([1], [0, 1, 2]).LeastRate().ShouldBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void What_is_no_rate_is_refused(double rate) => Should.Throw<ArgumentOutOfRangeException>(() => Curve.At(rate));

    [Fact]
    public void Where_all_scores_are_equal_nothing_is_accepted()
    {
        var point = OperatingCurve.Of(Enumerable.Repeat(0.5f, 50).ToArray(), Enumerable.Repeat(0.5f, 5_000).ToArray()).At(0.5);

        (point.Threshold, point.MissRate).ShouldBe((0.5, 1));
    }

    private static IEnumerable<double> Rates() => Enumerable.Range(0, 400).Select(i => 0.0005 * Math.Pow(0.9999 / 0.0005, i / 399.0));
}
