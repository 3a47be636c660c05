using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Losses;

/// <summary>Slopes, slow twins and known limits of the losses that carry a classifier to another domain.</summary>
public sealed class AdaptationLossTests
{
    [Fact]
    public void Gradients_are_slopes()
    {
        using var scope = NewDisposeScope();
        var (rows, other) = (Sample.Rows(4, 3, 1), Sample.Leaf(Sample.Rows(6, 3, 2)).detach());
        var (alike, logit) = (Sample.Leaf(Sample.Rows(4, 3, 3)).detach(), Sample.Leaf(Sample.Rows(5, 1, 4)).detach());

        FiniteDifferences.ShouldMatch(x => Coral.Loss(x, other), rows);
        FiniteDifferences.ShouldMatch(x => Coral.Loss(other, x), rows);
        FiniteDifferences.ShouldMatch(x => L1Alignment.Loss(x, other), rows);
        FiniteDifferences.ShouldMatch(x => DomainClassification.Loss(x, logit), Sample.Rows(4, 1, 5));
        FiniteDifferences.ShouldMatch(x => DomainClassification.Loss(logit, x), Sample.Rows(4, 1, 5));
        FiniteDifferences.ShouldMatch(x => ClassifierDiscrepancy.Loss(x, alike), rows);
        FiniteDifferences.ShouldMatch(x => FixMatch.Loss(alike, x, 0.4), rows);
        FiniteDifferences.ShouldMatch(x => SelfEnsembling.Loss(x, alike, 0.4), rows);
    }

    [Theory]
    [InlineData(MmdEstimator.Quadratic)]
    [InlineData(MmdEstimator.Linear)]
    [InlineData(MmdEstimator.Biased)]
    public void Gradients_of_the_discrepancy_are_slopes_at_widths_that_stay(MmdEstimator estimator)
    {
        using var scope = NewDisposeScope();
        var (rows, other) = (Sample.Rows(4, 3, 6), Sample.Rows(4, 3, 7));
        var fixedTarget = Sample.Leaf(other).detach();
        var m = MeanSquaredDistance(rows, other);

        // The widths follow the data without gradient: moved data are given shares by which they stay what they were.
        FiniteDifferences.ShouldMatch(x => Mmd.Loss(x, fixedTarget, estimator, [0.3 * m / Mean(x), 1.1 * m / Mean(x)]), rows);

        double Mean(Tensor x) => MeanSquaredDistance([.. x.detach().data<double>().ToArray().Chunk(3)], other);
    }

    [Theory]
    [InlineData(MmdEstimator.Quadratic, 5, 7)]
    [InlineData(MmdEstimator.Linear, 6, 6)]
    [InlineData(MmdEstimator.Biased, 5, 7)]
    [InlineData(MmdEstimator.Biased, 1, 4)]
    [InlineData(MmdEstimator.Quadratic, 1, 4)]
    public void The_discrepancy_is_its_slow_twin(MmdEstimator estimator, int n, int m)
    {
        using var scope = NewDisposeScope();
        var (s, t) = (Sample.Rows(n, 3, 8), Sample.Rows(m, 3, 9));

        Mmd.Loss(Sample.Leaf(s), Sample.Leaf(t), estimator, [0.5, 2]).ToDouble().ShouldBe(SlowLosses.Mmd(s, t, estimator, [0.5, 2]), 1e-12);
    }

    [Fact]
    public void Many_rows_are_compared_piece_by_piece_with_the_same_result()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(10);
        var (s, t) = (randn([3000, 2], float64, generator: random), randn([2000, 2], float64, generator: random) + 0.5);

        var together = Mmd.Loss(s, t, MmdEstimator.Biased, [1]);

        var rows = cat([s, t]);
        var squares = (rows.unsqueeze(0) - rows.unsqueeze(1)).square().sum(2);
        var k = (-squares / (2 * squares.mean())).exp();
        var expected = k[..3000, ..3000].mean() + k[3000.., 3000..].mean() - 2 * k[..3000, 3000..].mean();
        together.ToDouble().ShouldBe(expected.ToDouble(), 1e-10);
    }

    [Fact]
    public void Covariances_means_and_disagreements_are_their_slow_twins()
    {
        using var scope = NewDisposeScope();
        var (s, t, u) = (Sample.Rows(5, 3, 11), Sample.Rows(7, 3, 12), Sample.Rows(5, 3, 13));
        var (source, target, other) = (Sample.Leaf(s), Sample.Leaf(t), Sample.Leaf(u));

        Coral.Loss(source, target).ToDouble().ShouldBe(SlowLosses.Coral(s, t), 1e-12);
        L1Alignment.Loss(source, target).ToDouble().ShouldBe(SlowLosses.L1Alignment(s, t), 1e-12);
        ClassifierDiscrepancy.Loss(source, other).ToDouble().ShouldBe(SlowLosses.ClassifierDiscrepancy(s, u), 1e-12);
        foreach (var threshold in new[] { 0, 0.4, 0.6, 1 })
        {
            FixMatch.Loss(source, other, threshold).ToDouble().ShouldBe(SlowLosses.FixMatch(s, u, threshold), 1e-12);
            SelfEnsembling.Loss(source, other, threshold).ToDouble().ShouldBe(SlowLosses.SelfEnsembling(s, u, threshold), 1e-12);
        }
    }

    [Fact]
    public void Domains_that_are_the_same_are_not_apart()
    {
        using var scope = NewDisposeScope();
        var x = Sample.Leaf(Sample.Rows(6, 3, 14));

        Mmd.Loss(x, x, MmdEstimator.Biased).ToDouble().ShouldBe(0, 1e-12);
        Mmd.Loss(x, x, MmdEstimator.Linear).ToDouble().ShouldBe(0, 1e-12);
        Mmd.Loss(x, x).ToDouble().ShouldBeLessThan(0, "rows meet themselves across the domains and not within");
        Coral.Loss(x, x).ToDouble().ShouldBe(0, 1e-12);
        L1Alignment.Loss(x, x).ToDouble().ShouldBe(0, 1e-12);
        ClassifierDiscrepancy.Loss(x, x).ToDouble().ShouldBe(0, 1e-12);
        DomainClassification.Loss(zeros(4, 1), zeros(3, 1)).ToDouble().ShouldBe(Math.Log(2), 1e-6);
        DomainClassification.Accuracy(zeros(4, 1), zeros(3, 1)).ToDouble().ShouldBe(0.5, "a logit of 0 says source, and is right for half");
    }

    [Fact]
    public void The_discrepancy_does_not_depend_on_the_unit_and_knows_more_than_means()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(15);
        var (s, t) = (randn([200, 2], float64, generator: random), 3 * randn([200, 2], float64, generator: random));
        var (centeredS, centeredT) = (s - s.mean([0]), t - t.mean([0]));

        Mmd.Loss(1e4 * s, 1e4 * t).ToDouble().ShouldBe(Mmd.Loss(s, t).ToDouble(), 1e-9);
        L1Alignment.Loss(centeredS, centeredT).ToDouble().ShouldBe(0, 1e-12);
        Mmd.Loss(centeredS, centeredT).ToDouble().ShouldBeGreaterThan(0.1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    [InlineData(4)]
    public void A_reversed_gradient_leaves_the_value_as_it_is(double lambda)
    {
        using var scope = NewDisposeScope();
        var x = Sample.Leaf(Sample.Rows(3, 2, 16), ScalarType.Float32);

        var reversed = GradientReversal.Of(x, lambda);

        reversed.eq(x).all().ToBoolean().ShouldBeTrue();
        (reversed * 3).sum().backward();
        (x.grad! + (3 * lambda)).abs().max().ToDouble().ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void No_gradient_reaches_who_is_believed()
    {
        using var scope = NewDisposeScope();
        var (believed, other) = (Sample.Leaf(Sample.Rows(4, 3, 17)), Sample.Leaf(Sample.Rows(4, 3, 18)));

        (FixMatch.Loss(believed, other, 0) + SelfEnsembling.Loss(other, believed, 0)).backward();

        believed.grad.ShouldBeNull();
        other.grad.ShouldNotBeNull();
    }

    [Fact]
    public void Aligned_opinions_are_each_rows_scaled_by_what_the_other_items_have_more_of_each_class()
    {
        using var scope = NewDisposeScope();
        var (target, source) = (Sample.Leaf(Sample.Rows(6, 4, 1)).detach(), Sample.Leaf(Sample.Rows(9, 4, 2)).detach());
        var (p, r) = (target.softmax(1), source.softmax(1));
        var slow = zeros_like(p);
        for (var i = 0; i < 6; i++)
        {
            for (var c = 0; c < 4; c++)
                slow[i, c] = p[i, c] * r.select(1, c).mean() / p.select(1, c).mean();
            slow[i].div_(slow[i].sum());
        }

        FixMatch.Align(target, source).exp().allclose(slow, 1e-9, 1e-12).ShouldBeTrue();
        FixMatch.Align(target, target).exp().allclose(p, 1e-9, 1e-12).ShouldBeTrue("there is nothing to move");
        var sure = tensor(new[,] { { 1e4, 0, 0 }, { 1e4, 0, 0 } });
        FixMatch.Align(sure, sure.flip(1)).exp().isnan().any().ToBoolean().ShouldBeFalse();
    }

    [Fact]
    public void A_relative_threshold_keeps_what_is_as_sure_as_a_share_of_the_reference()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new[,] { { 0.9, 0.1 }, { 0.6, 0.4 } }).log();

        FixMatch.PseudoLabels(logits, 0.8).Kept.data<bool>().ToArray().ShouldBe([true, false]);
        FixMatch.PseudoLabels(logits, 0.8, tensor(0.7)).Kept.data<bool>().ToArray().ShouldBe([true, true]);
        FixMatch.PseudoLabels(logits, 1, tensor(0.95)).Kept.data<bool>().ToArray().ShouldBe([false, false]);
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        using var scope = NewDisposeScope();

        Should.Throw<ArgumentException>(() => Mmd.Loss(ones(2, 3), ones(2, 4))).ParamName.ShouldBe("target");
        Should.Throw<ArgumentException>(() => Mmd.Loss(ones(2, 3), ones(3, 3), MmdEstimator.Linear)).ParamName.ShouldBe("target");
        Should.Throw<ArgumentException>(() => Coral.Loss(ones(2, 3), ones(2, 4))).ParamName.ShouldBe("target");
        Should.Throw<ArgumentException>(() => L1Alignment.Loss(ones(2, 3), ones(2, 4))).ParamName.ShouldBe("target");
        Should.Throw<ArgumentException>(() => DomainClassification.Loss(ones(2, 3), ones(2, 3))).Message.ShouldContain("(N, 1)");
        Should.Throw<ArgumentException>(() => ClassifierDiscrepancy.Loss(ones(2, 3), ones(3, 3))).ParamName.ShouldBe("b");
        Should.Throw<ArgumentException>(() => FixMatch.Loss(ones(2, 3), ones(3, 3), 0.5)).ParamName.ShouldBe("strong");
        Should.Throw<ArgumentOutOfRangeException>(() => FixMatch.PseudoLabels(ones(2, 3), 1.5)).ParamName.ShouldBe("threshold");
        Should.Throw<ArgumentOutOfRangeException>(() => SelfEnsembling.Loss(ones(2, 3), ones(2, 3), -1)).ParamName.ShouldBe("threshold");
        Should.Throw<ArgumentOutOfRangeException>(() => GradientReversal.Of(ones(2, 3), -1)).ParamName.ShouldBe("lambda");
    }

    private static double MeanSquaredDistance(double[][] s, double[][] t)
    {
        double[][] all = [.. s, .. t];
        return all.SelectMany(x => all.Select(y => Math.Pow(SlowLosses.Distance(x, y), 2))).Average();
    }
}
