using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Losses;

public sealed class TripletTests
{
    public static TheoryData<int, int, int, TripletMining, bool, bool> Batches { get; } = new(
        from size in new[] { (3, 2, 2), (8, 3, 3), (20, 6, 5), (10, 4, 10), (9, 4, 1) }
        from mining in Enum.GetValues<TripletMining>()
        from squared in new[] { false, true }
        from soft in new[] { false, true }
        select (size.Item1, size.Item2, size.Item3, mining, squared, soft));

    [Theory]
    [MemberData(nameof(Batches))]
    public void The_loss_of_a_batch_is_what_the_formula_says(int rows, int width, int classes, TripletMining mining, bool squared, bool soft)
    {
        using var scope = NewDisposeScope();
        var x = Sample.Rows(rows, width, rows);
        var labels = Sample.Labels(rows, classes, rows);

        var terms = Triplet.OfLabels(Sample.Leaf(x), tensor(labels), mining, 0.7, squared, soft);

        var (loss, active) = SlowLosses.Triplet(x, labels, mining, 0.7, squared, soft);
        terms.Loss.ToDouble().ShouldBe(loss, 1e-10);
        terms.Active.ToDouble().ShouldBe(active, 1e-6);
    }

    [Theory]
    [InlineData(TripletMining.BatchAll, false)]
    [InlineData(TripletMining.BatchAll, true)]
    [InlineData(TripletMining.SemiHard, false)]
    [InlineData(TripletMining.SemiHard, true)]
    [InlineData(TripletMining.Hard, false)]
    [InlineData(TripletMining.Hard, true)]
    [InlineData(TripletMining.BatchHard, false)]
    [InlineData(TripletMining.BatchHard, true)]
    public void Its_gradient_is_its_slope(TripletMining mining, bool soft)
    {
        using var scope = NewDisposeScope();
        var labels = tensor(Sample.Labels(9, 3, 6));

        FiniteDifferences.ShouldMatch(x => Triplet.OfLabels(x, labels, mining, 1, soft: soft).Loss, Sample.Rows(9, 4, 6));
        FiniteDifferences.ShouldMatch(x => Triplet.OfLabels(x, labels, mining, 1, squared: true, soft).Loss, Sample.Rows(9, 4, 6));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Given_triplets_cost_what_the_formula_says(bool squared, bool soft)
    {
        using var scope = NewDisposeScope();
        var (a, p, n) = (Sample.Rows(12, 5, 1), Sample.Rows(12, 5, 2), Sample.Rows(12, 5, 3));
        double[] gaps = [.. a.Select((_, i) => squared
            ? Math.Pow(SlowLosses.Distance(a[i], p[i]), 2) - Math.Pow(SlowLosses.Distance(a[i], n[i]), 2)
            : SlowLosses.Distance(a[i], p[i]) - SlowLosses.Distance(a[i], n[i]))];

        var terms = Triplet.OfTriplets(Sample.Leaf(a), Sample.Leaf(p), Sample.Leaf(n), 0.3, squared, soft);

        terms.Loss.ToDouble().ShouldBe(gaps.Average(g => soft ? Math.Log(1 + Math.Exp(g)) : Math.Max(0, g + 0.3)), 1e-10);
        terms.Active.ToDouble().ShouldBe(gaps.Count(g => g + 0.3 > 0) / 12.0, 1e-6);
    }

    [Fact]
    public void The_gradient_of_given_triplets_is_its_slope_in_each_of_the_three()
    {
        using var scope = NewDisposeScope();
        var (u, v) = (Sample.Leaf(Sample.Rows(6, 3, 2)).detach(), Sample.Leaf(Sample.Rows(6, 3, 3)).detach());

        FiniteDifferences.ShouldMatch(x => Triplet.OfTriplets(x, u, v, 1).Loss, Sample.Rows(6, 3, 1));
        FiniteDifferences.ShouldMatch(x => Triplet.OfTriplets(u, x, v, 1).Loss, Sample.Rows(6, 3, 1));
        FiniteDifferences.ShouldMatch(x => Triplet.OfTriplets(u, v, x, 1).Loss, Sample.Rows(6, 3, 1));
    }

    [Fact]
    public void A_batch_too_large_for_one_chunk_costs_the_same_as_its_slow_twin()
    {
        using var scope = NewDisposeScope();
        var x = Sample.Rows(150, 3, 1);
        long[] labels = [.. Enumerable.Range(0, 150).Select(i => (long)i % 2)];
        var d = Pairs.Distances(Sample.Leaf(x));
        var (positive, negative) = Pairs.Of(tensor(labels));

        var whole = TripletMiner.Among(d, positive, negative, TripletMining.SemiHard, 0.5, soft: false);
        var chunked = TripletMiner.Among(d, positive, negative, TripletMining.SemiHard, 0.5, soft: false, chunkEntries: 150 * 1000);

        chunked.Loss.ToDouble().ShouldBe(whole.Loss.ToDouble(), 1e-12);
        chunked.Active.ToDouble().ShouldBe(whole.Active.ToDouble(), 1e-12);
        chunked.Loss.ToDouble().ShouldBe(SlowLosses.Triplet(x, labels, TripletMining.SemiHard, 0.5, squared: false, soft: false).Loss, 1e-10);
    }

    [Theory]
    [InlineData(TripletMining.BatchAll)]
    [InlineData(TripletMining.Hard)]
    [InlineData(TripletMining.BatchHard)]
    public void A_collapsed_batch_costs_the_margin(TripletMining mining)
    {
        using var scope = NewDisposeScope();

        var terms = Triplet.OfLabels(ones(6, 3), tensor(new long[] { 0, 0, 1, 1, 2, 2 }), mining, 0.2);

        terms.Loss.ToDouble().ShouldBe(0.2, 1e-6);
        terms.Active.ToDouble().ShouldBe(1);
    }

    [Fact]
    public void Classes_farther_apart_than_the_margin_cost_nothing_and_no_triplet_is_active()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 0, 0, 0, 0.1, 9, 0, 9, 0.1 }, [4, 2]).requires_grad_();

        var terms = Triplet.OfLabels(x, tensor(new long[] { 0, 0, 1, 1 }));

        terms.Loss.ToDouble().ShouldBe(0);
        terms.Active.ToDouble().ShouldBe(0);
    }

    [Fact]
    public void Bad_input_is_refused_by_name()
    {
        using var scope = NewDisposeScope();

        Should.Throw<ArgumentException>(() => Triplet.OfLabels(ones(4, 2), zeros(3, dtype: ScalarType.Int64))).ParamName.ShouldBe("labels");
        Should.Throw<ArgumentException>(() => Triplet.OfLabels(ones(4), zeros(4, dtype: ScalarType.Int64))).ParamName.ShouldBe("x");
        Should.Throw<ArgumentOutOfRangeException>(() => Triplet.OfLabels(ones(4, 2), zeros(4, dtype: ScalarType.Int64), margin: -1)).ParamName.ShouldBe("margin");
        Should.Throw<ArgumentException>(() => Triplet.OfTriplets(ones(4, 2), ones(4, 2), ones(4, 3))).ParamName.ShouldBe("negative");
    }
}
