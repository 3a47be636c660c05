using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Losses;

public sealed class ContrastiveTests
{
    public static TheoryData<int, int, int, double, ContrastiveForm, PairAverage> Batches { get; } = new(
        from size in new[] { (2, 2, 2), (7, 3, 2), (16, 8, 4), (24, 5, 24), (12, 6, 1) }
        from margin in new[] { 0.5, 2.0 }
        from form in Enum.GetValues<ContrastiveForm>()
        from average in Enum.GetValues<PairAverage>()
        select (size.Item1, size.Item2, size.Item3, margin, form, average));

    [Theory]
    [MemberData(nameof(Batches))]
    public void The_loss_of_a_batch_is_what_the_formula_says(int rows, int width, int classes, double margin, ContrastiveForm form, PairAverage average)
    {
        using var scope = NewDisposeScope();
        var x = Sample.Rows(rows, width, rows);
        var labels = Sample.Labels(rows, classes, rows);

        var terms = Contrastive.OfLabels(Sample.Leaf(x), tensor(labels), margin, form, average);

        var (positive, negative) = SlowLosses.ContrastiveOfLabels(x, labels, margin, form, average);
        terms.Positive.ToDouble().ShouldBe(positive, 1e-10);
        terms.Negative.ToDouble().ShouldBe(negative, 1e-10);
        terms.Loss.ToDouble().ShouldBe(positive + negative, 1e-10);
    }

    [Theory]
    [InlineData(1, 4, 1.0)]
    [InlineData(9, 3, 2.0)]
    [InlineData(40, 8, 4.0)]
    public void The_loss_of_given_pairs_is_what_the_formula_says(int pairs, int width, double margin)
    {
        using var scope = NewDisposeScope();
        var x0 = Sample.Rows(pairs, width, 1);
        var x1 = Sample.Rows(pairs, width, 2);
        bool[] similar = [.. Sample.Labels(pairs, 2, 3).Select(l => l == 1)];

        var terms = Contrastive.OfPairs(Sample.Leaf(x0), Sample.Leaf(x1), tensor(similar), margin);

        var (loss, positive, negative) = SlowLosses.ContrastiveOfPairs(x0, x1, similar, margin);
        terms.Loss.ToDouble().ShouldBe(loss, 1e-10);
        terms.Positive.ToDouble().ShouldBe(positive, 1e-10);
        terms.Negative.ToDouble().ShouldBe(negative, 1e-10);
    }

    [Theory]
    [InlineData(ContrastiveForm.Hadsell, PairAverage.NonZero)]
    [InlineData(ContrastiveForm.Hadsell, PairAverage.All)]
    [InlineData(ContrastiveForm.Distance, PairAverage.NonZero)]
    [InlineData(ContrastiveForm.SquaredDistance, PairAverage.All)]
    public void Its_gradient_is_its_slope(ContrastiveForm form, PairAverage average)
    {
        using var scope = NewDisposeScope();
        var labels = tensor(Sample.Labels(8, 3, 5));

        FiniteDifferences.ShouldMatch(x => Contrastive.OfLabels(x, labels, 3, form, average).Loss, Sample.Rows(8, 4, 5));
    }

    [Fact]
    public void The_gradient_of_given_pairs_is_its_slope_on_both_sides()
    {
        using var scope = NewDisposeScope();
        var other = Sample.Leaf(Sample.Rows(6, 3, 2)).detach();
        var similar = tensor(new[] { true, false, true, false, false, true });

        FiniteDifferences.ShouldMatch(x => Contrastive.OfPairs(x, other, similar, 3).Loss, Sample.Rows(6, 3, 1));
        FiniteDifferences.ShouldMatch(x => Contrastive.OfPairs(other, x, similar, 3).Loss, Sample.Rows(6, 3, 1));
    }

    [Fact]
    public void Similar_pairs_that_coincide_and_strangers_beyond_the_margin_cost_nothing()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 0, 0, 0, 0, 5, 0, 5, 0 }, [4, 2]);

        Contrastive.OfLabels(x, tensor(new long[] { 0, 0, 1, 1 }), margin: 5).Loss.ToDouble().ShouldBe(0);
    }

    [Fact]
    public void Close_pairs_far_from_the_origin_keep_their_distance()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 1000, 1000, 1000, 1000.25f }, [2, 2]);

        Contrastive.OfLabels(x, zeros(2, dtype: ScalarType.Int64), form: ContrastiveForm.Distance).Loss.ToDouble().ShouldBe(0.25, 1e-6);
    }

    [Fact]
    public void A_collapsed_batch_costs_half_the_squared_margin()
    {
        using var scope = NewDisposeScope();

        Contrastive.OfLabels(ones(6, 3), tensor(new long[] { 0, 0, 1, 1, 2, 2 }), margin: 3).Loss.ToDouble().ShouldBe(4.5, 1e-6);
    }

    [Fact]
    public void Labels_that_are_not_one_for_each_row_are_refused()
    {
        using var scope = NewDisposeScope();

        Should.Throw<ArgumentException>(() => Contrastive.OfLabels(ones(4, 2), zeros(3, dtype: ScalarType.Int64))).ParamName.ShouldBe("labels");
        Should.Throw<ArgumentException>(() => Contrastive.OfPairs(ones(4, 2), ones(4, 2), zeros(3))).ParamName.ShouldBe("similar");
        Should.Throw<ArgumentOutOfRangeException>(() => Contrastive.OfLabels(ones(4, 2), zeros(4, dtype: ScalarType.Int64), margin: 0)).ParamName.ShouldBe("margin");
    }
}
