using ContrastiveService.Training.Calibration;

namespace ContrastiveService.Training.Tests.Calibration;

public sealed class PoolAdjacentViolatorsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(12, 2)]
    [InlineData(60, 3)]
    [InlineData(200, 4)]
    public void The_fit_is_the_largest_of_the_smallest_means_over_ranges_that_hold_a_score(int count, int seed)
    {
        var pairs = Random(count, seed);

        var blocks = PoolAdjacentViolators.Fit(pairs);

        foreach (var pair in pairs)
            blocks.Single(b => b.From <= pair.Score && pair.Score <= b.To).Value.ShouldBe(MaxMin(pairs, pair.Score), 1e-12);
        blocks.Sum(b => b.Weight).ShouldBe(pairs.Sum(p => p.Weight), 1e-9);
        blocks.Zip(blocks.Skip(1)).ShouldAllBe(b => b.First.To < b.Second.From && b.First.Value < b.Second.Value);
    }

    [Fact]
    public void Equal_scores_are_one_whatever_their_order()
    {
        WeightedTarget[] pairs = [new(0.1, 0.3, 1), new(0.5, 0, 1), new(0.5, 1, 1)];

        PoolAdjacentViolators.Fit(pairs).ShouldBe([new(0.1, 0.1, 0.3, 1), new(0.5, 0.5, 0.5, 2)]);
        PoolAdjacentViolators.Fit([pairs[2], pairs[1], pairs[0]]).ShouldBe([new(0.1, 0.1, 0.3, 1), new(0.5, 0.5, 0.5, 2)]);
    }

    [Fact]
    public void Targets_that_rise_are_left_as_they_are_and_targets_that_fall_become_their_mean()
    {
        PoolAdjacentViolators.Fit([new(1, 0, 1), new(2, 0.5, 1), new(3, 1, 1)]).Select(b => b.Value).ShouldBe([0, 0.5, 1]);
        PoolAdjacentViolators.Fit([new(1, 1, 1), new(2, 0.5, 2), new(3, 0, 1)]).ShouldBe([new(1, 3, 0.5, 4)]);
    }

    [Fact]
    public void Probabilities_lie_on_lines_between_the_ends_of_blocks_and_stay_beyond_the_outer_ones()
    {
        var fit = IsotonicRegression.Fit([new(0.25f, 0.2, 1), new(0.5f, 0.4, 1), new(0.625f, 0.2, 1), new(0.75f, 0.9, 1)]);

        fit.Cosines.ShouldBe([0.25f, 0.5f, 0.625f, 0.75f]);
        (fit.Probability(-1), fit.Probability(0.25), fit.Probability(0.9)).ShouldBe((0.2, 0.2, 0.9));
        fit.Probability(0.375).ShouldBe(0.25, 1e-12);
        fit.Probability(0.55).ShouldBe(0.3, 1e-12);
        fit.Probability(0.6875).ShouldBe(0.6, 1e-12);
    }

    private static WeightedTarget[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Math.Round(random.NextDouble(), 2)).Select(s => new WeightedTarget(s, random.NextDouble() < s ? 1 : 0, 0.5 + random.NextDouble()))];
    }

    // Robertson, Wright and Dykstra 1988, theorem 1.4.4.
    private static double MaxMin(WeightedTarget[] pairs, double score)
    {
        var scores = pairs.Select(p => p.Score).Distinct().ToArray();
        return scores.Where(from => from <= score).Max(from => scores.Where(to => to >= score).Min(to => Mean(from, to)));

        double Mean(double from, double to)
        {
            var between = pairs.Where(p => p.Score >= from && p.Score <= to).ToArray();
            return between.Sum(p => p.Weight * p.Target) / between.Sum(p => p.Weight);
        }
    }
}
