using ContrastiveService.Training.Calibration;

namespace ContrastiveService.Training.Tests.Calibration;

public sealed class PlattScalingTests
{
    private static readonly ScoredPairs Overlapping = new(Scores.Normal(300, 0.6, 0.2, 1), Scores.Normal(900, 0.3, 0.2, 2), 100);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, -1)]
    [InlineData(-8, 4)]
    public void Gradient_and_curvature_are_what_finite_differences_say(double slope, double intercept)
    {
        const double Eps = 1e-5;
        var pairs = Overlapping.SmoothedTargets();

        var (_, bySlope, byIntercept, slopeTwice, both, interceptTwice) = PlattScaling.Derivatives(pairs, slope, intercept);

        bySlope.ShouldBe((Loss(Eps, 0) - Loss(-Eps, 0)) / (2 * Eps), 1e-8);
        byIntercept.ShouldBe((Loss(0, Eps) - Loss(0, -Eps)) / (2 * Eps), 1e-8);
        slopeTwice.ShouldBe((At(Eps, 0).BySlope - At(-Eps, 0).BySlope) / (2 * Eps), 1e-8);
        both.ShouldBe((At(Eps, 0).ByIntercept - At(-Eps, 0).ByIntercept) / (2 * Eps), 1e-8);
        interceptTwice.ShouldBe((At(0, Eps).ByIntercept - At(0, -Eps).ByIntercept) / (2 * Eps), 1e-8);

        (double Loss, double BySlope, double ByIntercept, double, double, double) At(double ds, double di) => PlattScaling.Derivatives(pairs, slope + ds, intercept + di);

        double Loss(double ds, double di) => At(ds, di).Loss;
    }

    [Fact]
    public void The_loss_is_the_cross_entropy_of_the_targets()
    {
        var pairs = Overlapping.SmoothedTargets();
        var sigmoid = new PlattScaling(5, -2);

        PlattScaling.Derivatives(pairs, 5, -2).Loss.ShouldBe(
            -pairs.Sum(p => p.Weight * ((p.Target * Math.Log(sigmoid.Probability(p.Score))) + ((1 - p.Target) * Math.Log(1 - sigmoid.Probability(p.Score))))), 1e-12);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.97, 0.0004)] // cosines of an encoder whose features hardly differ
    public void The_fit_is_where_the_gradient_vanishes(double offset, double scale)
    {
        var pairs = Overlapping.SmoothedTargets().Select(p => p with { Score = offset + (scale * p.Score) }).ToArray();

        var fit = PlattScaling.Fit(pairs);

        var (_, bySlope, byIntercept, _, _, _) = PlattScaling.Derivatives(pairs, fit.Slope, fit.Intercept);
        bySlope.ShouldBe(0, 1e-7);
        byIntercept.ShouldBe(0, 1e-7);
        fit.Slope.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void With_two_scores_the_sigmoid_goes_through_the_mean_target_of_each()
    {
        WeightedTarget[] pairs = [new(0.2, 0.1, 3), new(0.7, 0.5, 1), new(0.7, 0.9, 1)];

        var fit = PlattScaling.Fit(pairs);

        fit.Probability(0.2).ShouldBe(0.1, 1e-8);
        fit.Probability(0.7).ShouldBe(0.7, 1e-8);
    }

    [Fact]
    public void Targets_are_smoothed_and_either_kind_weighs_a_half()
    {
        var pairs = new ScoredPairs([0.5f, 0.6f], [0.1f, 0.2f, 0.3f], 5).SmoothedTargets();

        pairs.Take(2).ShouldAllBe(p => p.Target == 3.0 / 4 && p.Weight == 0.25);
        pairs.Skip(2).ShouldAllBe(p => p.Target == 1.0 / 5 && Math.Abs(p.Weight - (1.0 / 6)) < 1e-15);
    }

    [Fact]
    public void Kinds_that_do_not_overlap_give_a_steep_sigmoid_that_is_never_certain()
    {
        var fit = PlattScaling.Fit(new ScoredPairs(Scores.Normal(200, 0.8, 0.01, 3), Scores.Normal(200, 0.2, 0.01, 4), 50).SmoothedTargets());

        double.IsFinite(fit.Slope).ShouldBeTrue();
        fit.Probability(0.8).ShouldBe(201.0 / 202, 1e-3);
        fit.Probability(0.2).ShouldBe(1.0 / 202, 1e-3);
    }

    [Fact]
    public void Constant_scores_and_scores_the_wrong_way_round_say_nothing()
    {
        float[] same = [.. Enumerable.Repeat(0.7f, 30)];

        PlattScaling.Fit(new ScoredPairs(same, same, 9).Truths()).Slope.ShouldBe(0);
        PlattScaling.Fit(new ScoredPairs(same, same, 9).Truths()).Probability(0.7).ShouldBe(0.5, 1e-12);
        PlattScaling.Fit(new ScoredPairs(Overlapping.Negatives, Overlapping.Positives, 9).Truths()).Probability(0.9).ShouldBe(0.5, 1e-12);
    }
}
