using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Losses;

/// <summary>Losses across views, domains and tasks against the formulas, with known limits.</summary>
public sealed class TaskLossTests
{
    [Fact]
    public void Gradients_are_slopes()
    {
        using var scope = NewDisposeScope();
        var (rows, other) = (Sample.Rows(4, 3, 1), Sample.Leaf(Sample.Rows(5, 3, 2)).detach());
        var memory = UnitRows.Of(other);
        var (losses, s) = (tensor(new[] { 0.3, 2.5, 1 }), tensor(new[] { -0.5, 1, 0.2 }));

        FiniteDifferences.ShouldMatch(x => CrossDomainMatching.Loss(x, memory, 0.3), rows);
        FiniteDifferences.ShouldMatch(x => Cmc.Loss([x, x.flip(1), other.narrow(0, 0, 4)], 0.3), rows);
        FiniteDifferences.ShouldMatch(x => UncertaintyWeighting.Loss(x.flatten(), s), [[0.3, 2.5, 1]]);
        FiniteDifferences.ShouldMatch(x => UncertaintyWeighting.Loss(losses, x.flatten()), [[-0.5, 1, 0.2]]);
    }

    [Fact]
    public void Values_are_the_formulas()
    {
        using var scope = NewDisposeScope();
        foreach (var seed in new[] { 1, 2, 3 })
        {
            var (x, y, z) = (Sample.Rows(6, 3, seed), Sample.Rows(4, 3, seed + 10), Sample.Rows(6, 3, seed + 20));
            double[][] memory = [.. y.Select(SlowLosses.Unit)];

            CrossDomainMatching.Loss(Sample.Leaf(x), Sample.Leaf(memory), 0.2).ToDouble().ShouldBe(SlowLosses.CrossDomainMatching(x, memory, 0.2), 1e-12);
            Cmc.Loss([Sample.Leaf(x), Sample.Leaf(z), Sample.Leaf(Reversed(x))], 0.2).ToDouble().ShouldBe(SlowLosses.Cmc([x, z, Reversed(x)], 0.2), 1e-10);
            UncertaintyWeighting.Loss(tensor(x[0]), tensor(x[1])).ToDouble().ShouldBe(x[0].Zip(x[1], (l, s) => (l / (2 * Math.Exp(s))) + (s / 2)).Sum(), 1e-12);
        }
    }

    [Fact]
    public void Domains_that_spread_alike_are_no_distance_apart_wherever_they_lie()
    {
        using var scope = NewDisposeScope();
        var x = Sample.Leaf(Sample.Rows(6, 3, 1));

        Coral.Loss(x, x.flip(0) + 7).ToDouble().ShouldBe(0, 1e-12);
        Coral.Loss(x, 2 * x).ToDouble().ShouldBeGreaterThan(0.01);
        Coral.Loss(x.narrow(0, 0, 1), x.narrow(0, 1, 1)).ToDouble().ShouldBe(0);
    }

    [Fact]
    public void Matching_costs_nothing_where_each_has_one_match_and_most_where_all_are_alike()
    {
        using var scope = NewDisposeScope();

        CrossDomainMatching.Loss(eye(5), eye(5), 0.01).ToDouble().ShouldBe(0, 1e-6);
        CrossDomainMatching.Loss(ones(3, 4), nn.functional.normalize(ones(40, 4)), 0.1).ToDouble().ShouldBe(Math.Log(40), 1e-5);
    }

    [Fact]
    public void Three_kinds_of_view_that_are_one_point_cost_six_times_the_logarithm_of_the_batch()
    {
        using var scope = NewDisposeScope();
        var x = ones(5, 4);

        Cmc.Loss([x, x, x], 0.07).ToDouble().ShouldBe(6 * Math.Log(5), 1e-4);
        Cmc.Loss([eye(4), eye(4)], 0.01).ToDouble().ShouldBe(0, 1e-6);
    }

    [Fact]
    public void A_tasks_weight_is_at_rest_where_s_is_the_logarithm_of_its_loss()
    {
        using var scope = NewDisposeScope();
        var losses = tensor(new[] { 0.01, 1, 30 });
        var s = losses.log().requires_grad_();

        UncertaintyWeighting.Loss(losses, s).backward();

        s.grad!.abs().max().ToDouble().ShouldBeLessThan(1e-12);
        (UncertaintyWeighting.Weights(s) * losses).sub(0.5).abs().max().ToDouble().ShouldBeLessThan(1e-12);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_by_name()
    {
        using var scope = NewDisposeScope();

        Should.Throw<ArgumentException>(() => CrossDomainMatching.Loss(ones(2, 3), ones(2, 4), 0.1)).ParamName.ShouldBe("memory");
        Should.Throw<ArgumentOutOfRangeException>(() => CrossDomainMatching.Loss(ones(2, 3), ones(2, 3), 0)).ParamName.ShouldBe("temperature");
        Should.Throw<ArgumentException>(() => Cmc.Loss([ones(2, 3)], 0.1)).ParamName.ShouldBe("z");
        Should.Throw<ArgumentException>(() => UncertaintyWeighting.Loss(ones(2), ones(3))).ParamName.ShouldBe("s");
    }

    private static double[][] Reversed(double[][] rows) => [.. rows.AsEnumerable().Reverse()];
}
