using ContrastiveService.Training.Calibration;
using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Tests.Losses;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Calibration;

public sealed class HeldOutPairsTests
{
    private static readonly double[][] Rows = Sample.Rows(41, 4, 1);

    [Fact]
    public void The_halves_share_no_picture_and_have_as_many_of_a_label_give_or_take_one()
    {
        using var scope = NewDisposeScope();
        var labels = Enumerable.Range(0, 41).Select(i => (long)(i % 7 == 0 ? -1 : i % 3)).ToArray();

        var pairs = Pairs(labels, 1);
        var (fitting, checking) = pairs.Split();

        pairs.Kind.ShouldBe(PositivePairs.Labels);
        fitting.Concat(checking).Order().ShouldBe(Enumerable.Range(0, 41).Where(i => labels[i] >= 0));
        foreach (var label in new[] { 0L, 1, 2 })
            Math.Abs(fitting.Count(row => labels[row] == label) - checking.Count(row => labels[row] == label)).ShouldBeLessThanOrEqualTo(1);
        Pairs(labels, 1).Split().Fitting.ShouldBe(fitting);
        Pairs(labels, 2).Split().Fitting.ShouldNotBe(fitting);
    }

    [Fact]
    public void Each_half_has_the_cosines_of_its_own_pairs()
    {
        using var scope = NewDisposeScope();
        var labels = Sample.Labels(41, 3, 1);
        var pairs = Pairs(labels, 1);
        var (fitting, checking) = pairs.Halves();

        foreach (var (half, rows) in new[] { (fitting, pairs.Split().Fitting), (checking, pairs.Split().Checking), (pairs.All(), [.. Enumerable.Range(0, 41)]) })
        {
            half.Pictures.ShouldBe(rows.Length);
            var all = (from i in rows from j in rows where i < j select (Cosine: Cosine(i, j), Same: labels[i] == labels[j])).ToArray();
            Compare(half.Positives, all.Where(p => p.Same).Select(p => p.Cosine));
            Compare(half.Negatives, all.Where(p => !p.Same).Select(p => p.Cosine));
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)] // one class tells nothing apart
    public void Without_labels_of_two_classes_positives_are_views_and_negatives_different_pictures(long label)
    {
        using var scope = NewDisposeScope();
        var views = Enumerable.Range(0, 41).Select(i => i / 100f).ToArray();

        var pairs = new HeldOutPairs(Features([.. Enumerable.Repeat(label, 41)]), () => views, 1);
        var (fitting, checking) = pairs.Halves();

        pairs.Kind.ShouldBe(PositivePairs.Views);
        fitting.Positives.Concat(checking.Positives).Order().ShouldBe(views);
        fitting.Positives.ShouldBe(pairs.Split().Fitting.Select(row => row / 100f));
        (fitting.Negatives.Length, checking.Negatives.Length, pairs.All().Negatives.Length).ShouldBe((21 * 20 / 2, 20 * 19 / 2, 41 * 40 / 2));
    }

    private static HeldOutPairs Pairs(long[] labels, long seed) => new(Features(labels), () => throw new InvalidOperationException("There are labels."), seed);

    private static LabeledFeatures Features(long[] labels) => new(Sample.Leaf(Rows, ScalarType.Float32).detach(), labels);

    private static double Cosine(int i, int j) => SlowLosses.Unit(Rows[i]).Zip(SlowLosses.Unit(Rows[j]), (x, y) => x * y).Sum();

    private static void Compare(float[] found, IEnumerable<double> expected)
    {
        var (a, b) = (found.Order().ToArray(), expected.Order().ToArray());
        a.Length.ShouldBe(b.Length);
        a.Zip(b).ShouldAllBe(p => Math.Abs(p.First - p.Second) < 1e-5);
    }
}
