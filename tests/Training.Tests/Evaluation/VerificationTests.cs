using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Tests.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Evaluation;

public sealed class VerificationTests
{
    [Theory]
    [InlineData(40, 60, 1)]
    [InlineData(7, 300, 2)]
    public void The_area_is_the_share_of_pairs_in_the_right_order_with_ties_as_half(int positives, int negatives, int seed)
    {
        var (p, n) = (Scores(positives, seed, 0.3), Scores(negatives, seed + 5, 0));

        new RocCurve(p, n).Auc.ShouldBe(p.Average(a => n.Average(b => a > b ? 1 : a == b ? 0.5 : 0)), 1e-9);
    }

    [Fact]
    public void At_the_equal_error_rate_there_are_as_many_misses_as_false_accepts()
    {
        var (p, n) = (Scores(2001, 3, 0.5), Scores(1999, 4, 0));

        var nearest = p.Concat(n).Min(t => Math.Abs(n.Average(b => b > t ? 1.0 : 0) - p.Average(a => a > t ? 0 : 1.0)));
        var at = p.Concat(n).MinBy(t => Math.Abs(n.Average(b => b > t ? 1.0 : 0) - p.Average(a => a > t ? 0 : 1.0)));

        new RocCurve(p, n).Eer.ShouldBe(n.Average(b => b > at ? 1.0 : 0), nearest + 1e-9);
    }

    [Fact]
    public void The_ends_are_a_perfect_score_one_that_says_nothing_and_one_that_is_always_wrong()
    {
        var (perfect, flat, wrong) = (new RocCurve([2, 3], [0, 1]), new RocCurve([1, 1], [1, 1, 1]), new RocCurve([0], [1]));

        (perfect.Auc, perfect.Eer).ShouldBe((1, 0));
        (flat.Auc, flat.Eer).ShouldBe((0.5, 0.5));
        (wrong.Auc, wrong.Eer).ShouldBe((0, 1));
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.001)]
    public void A_threshold_accepts_no_more_than_it_may_and_could_not_be_lower(double rate)
    {
        var (p, n) = (Scores(3000, 5, 0.5), Scores(20_000, 6, 0));

        var point = new RocCurve(p, n).At(rate);

        n.Average(s => s > point.Threshold ? 1.0 : 0).ShouldBeLessThanOrEqualTo(rate);
        n.Average(s => s >= point.Threshold ? 1.0 : 0).ShouldBeGreaterThan(rate);
        point.MissRate.ShouldBe(p.Average(s => s > point.Threshold ? 0 : 1.0));
        point.Reason.ShouldBeNull();
    }

    [Fact]
    public void A_rate_that_the_negatives_are_too_few_for_is_not_measured_and_says_so()
    {
        var point = new RocCurve(Scores(10, 7, 0), Scores(9_999, 8, 0)).At(0.001);

        (point.Threshold, point.MissRate).ShouldBe((null, null));
        point.Reason!.ShouldContain("10000");
        new RocCurve(Scores(10, 7, 0), Scores(10_000, 8, 0)).At(0.001).Threshold.ShouldNotBeNull();
    }

    [Fact]
    public void A_small_set_is_measured_on_all_of_its_pairs()
    {
        using var scope = NewDisposeScope();
        var (rows, labels) = (Sample.Rows(30, 3, 9), Sample.Labels(30, 4, 9));
        var all = (from i in Enumerable.Range(0, 30) from j in Enumerable.Range(i + 1, 29 - i) select (Cosine: Cosine(rows[i], rows[j]), Same: labels[i] == labels[j])).ToArray();
        var (p, n) = (all.Where(x => x.Same).Select(x => x.Cosine).ToArray(), all.Where(x => !x.Same).Select(x => x.Cosine).ToArray());

        var scores = Verification.Of(Sample.Leaf(rows).detach(), labels, seed: 1);

        scores.RocAuc!.Value.ShouldBe(p.Average(a => n.Average(b => a > b ? 1 : 0.0)), 1e-6);
        scores.Positives.ShouldBe(Bins(p));
        scores.Negatives.ShouldBe(Bins(n));
        scores.OperatingPoints.Select(o => o.Threshold).ShouldAllBe(t => t == null);
    }

    [Fact]
    public void A_large_set_is_measured_on_as_many_pairs_as_asked_for_each_but_once_and_all_alike_likely()
    {
        var labels = Enumerable.Range(0, 60).Select(i => i < 40 ? 0L : i < 59 ? 1 : 2).ToArray(); // 780 + 171 positive pairs

        var pairs = new LabeledPairs(labels, seed: 1);
        var (same, other) = (pairs.Positive(600), pairs.Negative(500));

        (same.Count, other.Count).ShouldBe((600, 500));
        same.Concat(other).Select(p => (Math.Min(p.I, p.J), Math.Max(p.I, p.J))).Distinct().Count().ShouldBe(1100);
        same.ShouldAllBe(p => labels[p.I] == labels[p.J] && p.I != p.J);
        other.ShouldAllBe(p => labels[p.I] != labels[p.J]);
        same.Count(p => labels[p.I] == 0).ShouldBeInRange(460, 525); // 600 · 780/951 = 492
    }

    [Fact]
    public void One_class_no_two_of_a_class_and_identical_vectors_are_borne()
    {
        using var scope = NewDisposeScope();

        var one = Verification.Of(ones(5, 2), new long[5], seed: 1);
        var strangers = Verification.Of(ones(5, 2), new long[] { 0, 1, 2, 3, 4 }, seed: 1);
        var flat = Verification.Of(ones(5, 2), new long[] { 0, 0, 1, 1, 1 }, seed: 1);

        (one.RocAuc, one.Positives[^1], one.Negatives.Sum()).ShouldBe((null, 10, 0));
        (strangers.RocAuc, strangers.Positives.Sum(), strangers.Negatives[^1]).ShouldBe((null, 0, 10));
        flat.RocAuc.ShouldBe(0.5);
        Should.Throw<ArgumentException>(() => Verification.Of(full(5, 2, double.NaN), new long[5], seed: 1)).Message.ShouldContain("finite");
        Should.Throw<ArgumentException>(() => Verification.Of(ones(5, 2), new long[4], seed: 1)).ParamName.ShouldBe("labels");
    }

    // Rounded, so that some are equal.
    private static float[] Scores(int count, int seed, double offset) => [.. Sample.Rows(count, 1, seed).Select(r => (float)Math.Round((0.3 * r[0]) + offset, 3))];

    private static double Cosine(double[] a, double[] b) => SlowLosses.Unit(a).Zip(SlowLosses.Unit(b), (x, y) => x * y).Sum();

    private static int[] Bins(double[] cosines) => [.. Enumerable.Range(0, 64).Select(b => cosines.Count(c => c >= -1 + (b / 32.0) && c < -1 + ((b + 1) / 32.0)))];
}
