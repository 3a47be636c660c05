using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Losses;

/// <summary>Losses without strangers: formulas, slopes, known limits, and what they must not depend on. (Peers' values: see Golden.)</summary>
public sealed class DistillationLossTests
{
    [Theory]
    [InlineData(2, 3, 1)]
    [InlineData(7, 5, 2)]
    [InlineData(33, 16, 3)]
    [InlineData(6, 1, 4)] // one feature: nothing beside a diagonal
    public void They_are_what_the_formulas_say(int batch, int width, int seed)
    {
        using var scope = NewDisposeScope();
        var rows = Enumerable.Range(0, 4).Select(i => Sample.Rows(batch, width, (10 * seed) + i)).ToArray();
        var x = rows.Select(r => Sample.Leaf(r)).ToArray();
        var (on, off) = SlowLosses.BarlowTwins(rows[0], rows[1]);
        var (invariance, variance, covariance) = SlowLosses.VicReg(rows[0], rows[1]);

        var barlow = BarlowTwins.Of(x[0], x[1], 0.3);
        var vicreg = VicReg.Of(x[0], x[1], 3, 5, 7);

        SimSiam.Loss(x[0], x[1], x[2], x[3]).ToDouble().ShouldBe(SlowLosses.SimSiam(rows[0], rows[1], rows[2], rows[3]), 1e-10);
        Byol.Loss(x[0], x[1], x[2], x[3]).ToDouble().ShouldBe(SlowLosses.Byol(rows[0], rows[1], rows[2], rows[3]), 1e-10);
        Values(barlow.Loss, barlow.OnDiagonal, barlow.OffDiagonal).ShouldBe([on + (0.3 * off), on, off], 1e-10);
        Values(vicreg.Loss, vicreg.Invariance, vicreg.Variance, vicreg.Covariance)
            .ShouldBe([(3 * invariance) + (5 * variance) + (7 * covariance), invariance, variance, covariance], 1e-9);
    }

    [Fact]
    public void Gradients_are_slopes()
    {
        using var scope = NewDisposeScope();
        var rows = Sample.Rows(5, 3, 1);
        var (u, v, w) = (Other(2), Other(3), Other(4));

        FiniteDifferences.ShouldMatch(x => SimSiam.Loss(x, u, v, w), rows);
        FiniteDifferences.ShouldMatch(x => SimSiam.Loss(u, x, v, w), rows);
        FiniteDifferences.ShouldMatch(x => Byol.Loss(x, u, v, w), rows);
        FiniteDifferences.ShouldMatch(x => Byol.Loss(u, x, v, w), rows);
        FiniteDifferences.ShouldMatch(x => BarlowTwins.Of(x, u, 0.3).Loss, rows);
        FiniteDifferences.ShouldMatch(x => BarlowTwins.Of(u, x, 0.3).Loss, rows);
        FiniteDifferences.ShouldMatch(x => BarlowTwins.Of(1e3 * x, x, 0.3).Loss, rows);
        FiniteDifferences.ShouldMatch(x => VicReg.Of(x, u).Loss, rows);
        FiniteDifferences.ShouldMatch(x => VicReg.Of(u, x, 1, 25, 0).Loss, Sample.Rows(5, 3, 5));
        FiniteDifferences.ShouldMatch(x => VicReg.Of(x / 10, x / 20, 0, 1, 0).Loss, rows); // every feature short of its variance

        static Tensor Other(int seed) => Sample.Leaf(Sample.Rows(5, 3, seed)).detach();
    }

    [Fact]
    public void Predictions_follow_projections_and_no_projection_follows_a_prediction()
    {
        using var scope = NewDisposeScope();
        foreach (var loss in new[] { SimSiam.Loss, (Func<Tensor, Tensor, Tensor, Tensor, Tensor>)Byol.Loss })
        {
            var x = Enumerable.Range(0, 4).Select(i => Sample.Leaf(Sample.Rows(3, 4, i))).ToArray();

            loss(x[0], x[1], x[2], x[3]).backward();

            x.Select(leaf => leaf.grad is { } gradient && gradient.abs().sum().ToDouble() > 0).ShouldBe([true, true, false, false]);
        }
    }

    [Fact]
    public void Byols_is_simsiams_on_another_scale()
    {
        using var scope = NewDisposeScope();
        var x = Enumerable.Range(0, 4).Select(i => Sample.Leaf(Sample.Rows(6, 4, i))).ToArray();

        Byol.Loss(x[0], x[1], x[2], x[3]).ToDouble().ShouldBe(4 + (4 * SimSiam.Loss(x[0], x[1], x[2], x[3]).ToDouble()), 1e-12);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public void Total_collapse_has_the_known_costs_and_no_way_out(int batch)
    {
        using var scope = NewDisposeScope();
        var x = (ones(batch, 4) * 0.3).requires_grad_();

        SimSiam.Loss(x, x, x, x).ToDouble().ShouldBe(-1, 1e-6);
        Byol.Loss(x, x, x, x).ToDouble().ShouldBe(0, 1e-6);
        var (barlow, vicreg) = (BarlowTwins.Of(x, x, 0.3).Loss, VicReg.Of(x, x).Loss);
        barlow.ToDouble().ShouldBe(4);
        vicreg.ToDouble().ShouldBe(24.75, 1e-5);
        (barlow + vicreg).backward();
        x.grad!.abs().max().ToDouble().ShouldBe(0);
    }

    [Fact]
    public void Of_a_single_row_nothing_varies()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (Sample.Leaf(Sample.Rows(1, 4, 1)), Sample.Leaf(Sample.Rows(1, 4, 2)));

        var (barlow, vicreg) = (BarlowTwins.Of(x, y, 0.3), VicReg.Of(x, y));

        Values(barlow.Loss, barlow.OffDiagonal).ShouldBe([4, 0]);
        Values(vicreg.Loss, vicreg.Variance, vicreg.Covariance).ShouldBe([(25 * (x - y).square().mean().ToDouble()) + 24.75, 0.99, 0], 1e-12);
        barlow.Loss.backward();
        x.grad!.abs().max().ToDouble().ShouldBe(0);
    }

    [Fact]
    public void Independent_features_that_agree_cost_nothing()
    {
        using var scope = NewDisposeScope();
        var z = tensor(new double[] { 1, 1, 1, -1, 1, -1, 1, -1, -1, -1, -1, 1 }, [4, 3]); // columns at right angles, each with the mean 0

        BarlowTwins.Of(z, z, 1).Loss.ToDouble().ShouldBe(0, 1e-9);
        VicReg.Of(z, z).Loss.ToDouble().ShouldBe(0, 1e-12);
        BarlowTwins.Of(z, -z, 1).OnDiagonal.ToDouble().ShouldBe(12, 1e-3);
        VicReg.Of(z, -z).Invariance.ToDouble().ShouldBe(4, 1e-12);
    }

    [Theory]
    [InlineData(1, 1e4)]
    [InlineData(1, -1e4)]
    [InlineData(1e4, 0)]
    [InlineData(1e20, 0)] // whose square no float32 holds
    public void In_float32_neither_a_features_size_nor_its_offset_moves_barlow_twins(double factor, double offset)
    {
        using var scope = NewDisposeScope();
        var (z0, z1) = (Entries(1), Entries(2));
        var expected = BarlowTwins.Of(z0 * 1e3, z1 * 1e3, 0.3).Loss.ToDouble();

        BarlowTwins.Of((z0 * 1e3 * factor) + offset, z1 * 1e3, 0.3).Loss.ToDouble().ShouldBe(expected, 1e-5 * expected);
    }

    [Fact]
    public void In_float32_an_offset_of_both_views_does_not_move_vicreg()
    {
        using var scope = NewDisposeScope();
        var (z0, z1) = (Entries(3), Entries(4));
        var expected = VicReg.Of(z0, z1).Loss.ToDouble();

        VicReg.Of(z0 + 1e4, z1 + 1e4).Loss.ToDouble().ShouldBe(expected, 1e-5 * expected);
    }

    [Fact]
    public void What_no_loss_can_be_taken_of_is_refused_by_name()
    {
        using var scope = NewDisposeScope();
        var (x, narrow, few) = (ones(2, 3), ones(2, 4), ones(1, 3));

        Should.Throw<ArgumentException>(() => SimSiam.Loss(x, few, x, x)).ParamName.ShouldBe("p1");
        Should.Throw<ArgumentException>(() => SimSiam.Loss(x, x, narrow, x)).ParamName.ShouldBe("z0");
        Should.Throw<ArgumentException>(() => Byol.Loss(x, x, x, few)).ParamName.ShouldBe("z1");
        Should.Throw<ArgumentException>(() => BarlowTwins.Of(x, few, 1)).ParamName.ShouldBe("z1");
        Should.Throw<ArgumentException>(() => VicReg.Of(x, narrow)).ParamName.ShouldBe("z1");
        Should.Throw<ArgumentOutOfRangeException>(() => BarlowTwins.Of(x, x, -1)).ParamName.ShouldBe("lambda");
        Should.Throw<ArgumentOutOfRangeException>(() => VicReg.Of(x, x, varianceWeight: double.NaN)).ParamName.ShouldBe("varianceWeight");
    }

    private static double[] Values(params Tensor[] scalars) => [.. scalars.Select(s => s.ToDouble())];

    /// <summary>(8, 4) float32, multiples of 1/64, so that an offset of 1e4 does not round them.</summary>
    private static Tensor Entries(int seed) => (Sample.Leaf(Sample.Rows(8, 4, seed)).detach() * 64).round().to(ScalarType.Float32) / 64;
}
