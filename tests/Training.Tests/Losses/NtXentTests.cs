using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Losses;

public sealed class NtXentTests
{
    [Theory]
    [InlineData(2, 3, 0.5, 1)]
    [InlineData(5, 8, 0.1, 2)]
    [InlineData(16, 4, 1.0, 3)]
    [InlineData(33, 32, 0.07, 4)]
    public void It_is_what_the_formula_says(int batch, int width, double temperature, int seed)
    {
        using var scope = NewDisposeScope();
        var z0 = Sample.Rows(batch, width, seed);
        var z1 = Sample.Rows(batch, width, seed + 100);

        var loss = NtXent.Loss(Sample.Leaf(z0), Sample.Leaf(z1), temperature);

        loss.ToDouble().ShouldBe(SlowLosses.NtXent(z0, z1, temperature), 1e-10);
    }

    [Theory]
    [InlineData(2, 3, 0.5, 1)]
    [InlineData(4, 5, 0.1, 2)]
    public void Its_gradient_is_its_slope(int batch, int width, double temperature, int seed)
    {
        using var scope = NewDisposeScope();
        var other = Sample.Leaf(Sample.Rows(batch, width, seed + 100)).detach();

        FiniteDifferences.ShouldMatch(z => NtXent.Loss(z, other, temperature), Sample.Rows(batch, width, seed));
        FiniteDifferences.ShouldMatch(z => NtXent.Loss(other, z, temperature), Sample.Rows(batch, width, seed));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    public void Total_collapse_costs_the_logarithm_of_all_others(int batch)
    {
        using var scope = NewDisposeScope();
        var z = ones(batch, 8);

        NtXent.Loss(z, z, 0.1).ToDouble().ShouldBe(Math.Log((2 * batch) - 1), 1e-5);
    }

    [Theory]
    [InlineData(4, 0.5)]
    [InlineData(16, 0.1)]
    [InlineData(16, 0.01)]
    public void Perfect_positives_among_orthogonal_strangers_reach_the_known_limit(int batch, double temperature)
    {
        using var scope = NewDisposeScope();
        var z = eye(batch, dtype: ScalarType.Float64);

        var limit = Math.Log(1 + (((2 * batch) - 2) * Math.Exp(-1 / temperature)));

        NtXent.Loss(z, z, temperature).ToDouble().ShouldBe(limit, 1e-12);
    }

    [Fact]
    public void Views_may_change_places_and_lengths_do_not_count()
    {
        using var scope = NewDisposeScope();
        var z0 = Sample.Leaf(Sample.Rows(6, 4, 1));
        var z1 = Sample.Leaf(Sample.Rows(6, 4, 2));
        var loss = NtXent.Loss(z0, z1, 0.2).ToDouble();

        NtXent.Loss(z1, z0, 0.2).ToDouble().ShouldBe(loss, 1e-12);
        NtXent.Loss(z0 * 17, z1 / 1000, 0.2).ToDouble().ShouldBe(loss, 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_temperature_that_is_no_positive_number_is_refused_by_name(double temperature)
    {
        using var scope = NewDisposeScope();

        Should.Throw<ArgumentOutOfRangeException>(() => NtXent.Loss(ones(2, 2), ones(2, 2), temperature)).ParamName.ShouldBe("temperature");
    }

    [Fact]
    public void Views_of_different_shapes_are_refused_with_both_shapes()
    {
        using var scope = NewDisposeScope();

        var message = Should.Throw<ArgumentException>(() => NtXent.Loss(ones(4, 8), ones(4, 9), 0.5)).Message;

        message.ShouldContain("(4, 8)");
        message.ShouldContain("(4, 9)");
    }
}
