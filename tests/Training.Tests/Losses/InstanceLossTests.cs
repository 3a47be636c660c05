using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Losses;

/// <summary>Slopes and known limits of the losses that tell instances apart; their values are the peers' (see Golden).</summary>
public sealed class InstanceLossTests
{
    [Fact]
    public void Gradients_are_slopes()
    {
        using var scope = NewDisposeScope();
        var (rows, other) = (Sample.Rows(4, 3, 1), Sample.Leaf(Sample.Rows(4, 3, 2)).detach());
        var memory = UnitRows.Of(Sample.Leaf(Sample.Rows(7, 3, 3)).detach());
        var (items, noise, labels) = (tensor(new long[] { 3, 0, 6, 2 }), tensor(new long[] { 1, 4, 5, 5, 0, 2, 6, 3 }, [4, 2]), tensor(new long[] { 0, 1, 0, 2 }));
        var z = tensor(1.3, ScalarType.Float64);

        FiniteDifferences.ShouldMatch(x => InfoNce.Loss(x, other, 0.2), rows);
        FiniteDifferences.ShouldMatch(x => InfoNce.Loss(other, x, 0.2), rows);
        FiniteDifferences.ShouldMatch(x => InfoNce.Loss(x, other, memory, 0.2), rows);
        FiniteDifferences.ShouldMatch(x => Npid.Softmax(x, memory, items, 0.2), rows);
        FiniteDifferences.ShouldMatch(x => Npid.Nce(x, memory, items, noise, 0.2, z).Loss, rows);
        FiniteDifferences.ShouldMatch(x => SupCon.Loss(x, labels, 0.2), rows);
        FiniteDifferences.ShouldMatch(x => Dcl.Loss(x, other, 0.2), rows);
        FiniteDifferences.ShouldMatch(x => Dcl.Loss(other, x, 0.2), rows);
    }

    [Fact]
    public void Total_collapse_costs_the_logarithm_of_what_there_is_to_choose_from()
    {
        using var scope = NewDisposeScope();
        var (x, many) = (ones(6, 4), nn.functional.normalize(ones(40, 4)));

        InfoNce.Loss(x, x, 0.1).ToDouble().ShouldBe(Math.Log(6), 1e-5);
        InfoNce.Loss(x, x, many, 0.1).ToDouble().ShouldBe(Math.Log(41), 1e-5);
        Npid.Softmax(x, many, arange(6), 0.1).ToDouble().ShouldBe(Math.Log(40), 1e-5);
        SupCon.Loss(x, tensor(new long[] { 0, 0, 1, 1, 2, 2 }), 0.1).ToDouble().ShouldBe(Math.Log(5), 1e-5);
        Dcl.Loss(x, x, 0.1).ToDouble().ShouldBe(Math.Log(10), 1e-5);
        Dcl.Weighted(x, x, 0.1, 0.5).ToDouble().ShouldBe(Math.Log(10), 1e-5);
    }

    [Fact]
    public void Supcon_with_two_of_each_label_is_nt_xent()
    {
        using var scope = NewDisposeScope();
        var (z0, z1) = (Sample.Leaf(Sample.Rows(5, 3, 4)), Sample.Leaf(Sample.Rows(5, 3, 5)));

        SupCon.Loss(cat([z0, z1]), arange(5).repeat(2), 0.3).ToDouble().ShouldBe(NtXent.Loss(z0, z1, 0.3).ToDouble(), 1e-12);
    }

    [Fact]
    public void Anchors_without_a_positive_are_left_out_and_no_positive_at_all_is_zero()
    {
        using var scope = NewDisposeScope();
        var x = Sample.Leaf(Sample.Rows(3, 3, 6));
        var s = UnitRows.Of(x).mm(UnitRows.Of(x).t()) / 0.5;

        SupCon.Loss(x, arange(3), 0.5).ToDouble().ShouldBe(0);
        var expected = (-s[0, 1] + logsumexp(stack([s[0, 1], s[0, 2]]), 0) - s[1, 0] + logsumexp(stack([s[1, 0], s[1, 2]]), 0)) / 2;
        SupCon.Loss(x, tensor(new long[] { 7, 7, 8 }), 0.5).ToDouble().ShouldBe(expected.ToDouble(), 1e-12);
    }

    [Fact]
    public void A_neighbour_is_the_support_row_of_the_most_similar_direction_as_it_is_and_lets_no_gradient_through()
    {
        using var scope = NewDisposeScope();
        var support = tensor(new float[] { 0.1f, 0, 0, 9, -1, 0 }, [3, 2]);
        var z = tensor(new float[] { 5, 1, 1, 5, -2, 1 }, [3, 2]).requires_grad_();

        var neighbours = NearestNeighbours.Of(z, support);

        neighbours.eq(support).all().ToBoolean().ShouldBeTrue();
        neighbours.requires_grad.ShouldBeFalse();
    }

    [Fact]
    public void Z_is_the_mean_over_the_first_batch_times_the_memory_and_gets_no_gradient()
    {
        using var scope = NewDisposeScope();
        var (x, memory) = (Sample.Leaf(Sample.Rows(2, 3, 7)), UnitRows.Of(Sample.Leaf(Sample.Rows(5, 3, 8)).detach()));
        var (items, noise) = (tensor(new long[] { 4, 1 }), tensor(new long[] { 0, 2, 3, 3 }, [2, 2]));

        var (loss, logZ) = Npid.Nce(x, memory, items, noise, 0.5);

        logZ.requires_grad.ShouldBeFalse();
        var s = UnitRows.Of(x).mm(memory.t()) / 0.5;
        var drawn = stack([s[0, 4], s[0, 0], s[0, 2], s[1, 1], s[1, 3], s[1, 3]]);
        logZ.exp().ToDouble().ShouldBe(5 * drawn.exp().mean().ToDouble(), 1e-9);
        Npid.Nce(x, memory, items, noise, 0.5, logZ).Loss.ToDouble().ShouldBe(loss.ToDouble(), 1e-12);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_by_name()
    {
        using var scope = NewDisposeScope();

        Should.Throw<ArgumentException>(() => InfoNce.Loss(ones(2, 3), ones(2, 3), ones(4, 5), 0.1)).ParamName.ShouldBe("queue");
        Should.Throw<ArgumentException>(() => NearestNeighbours.Of(ones(2, 3), ones(4, 5))).ParamName.ShouldBe("support");
        Should.Throw<ArgumentException>(() => Npid.Softmax(ones(2, 3), ones(4, 5), arange(2), 0.1)).ParamName.ShouldBe("memory");
        Should.Throw<ArgumentException>(() => Npid.Nce(ones(2, 3), ones(4, 3), arange(2), arange(2), 0.1)).ParamName.ShouldBe("noise");
        Should.Throw<ArgumentException>(() => SupCon.Loss(ones(2, 3), arange(3), 0.1)).ParamName.ShouldBe("labels");
        Should.Throw<ArgumentException>(() => Dcl.Loss(ones(2, 3), ones(3, 3), 0.1)).ParamName.ShouldBe("z1");
        Should.Throw<ArgumentOutOfRangeException>(() => Dcl.Weighted(ones(2, 3), ones(2, 3), 0.1, 0)).ParamName.ShouldBe("sigma");
    }
}
