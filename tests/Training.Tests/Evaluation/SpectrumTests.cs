using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Tests.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Evaluation;

public sealed class SpectrumTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(16)]
    public void As_many_equal_directions_as_there_are_is_the_rank(int directions)
    {
        using var scope = NewDisposeScope();
        var z = eye(16, dtype: ScalarType.Float64).narrow(0, 0, directions).repeat(3, 1);

        Spectrum.EffectiveRank(z).ShouldBe(directions, 1e-3);
    }

    [Fact]
    public void Unequal_directions_count_by_the_entropy_of_their_singular_values()
    {
        using var scope = NewDisposeScope();
        var z = diag(tensor(new double[] { 8, 4, 2, 2 }));
        double[] p = [0.5, 0.25, 0.125, 0.125];

        Spectrum.EffectiveRank(z, eps: 0).ShouldBe(Math.Exp(-p.Sum(x => x * Math.Log(x))), 1e-9);
    }

    [Fact]
    public void A_common_offset_is_a_direction_only_while_it_is_not_taken_off()
    {
        using var scope = NewDisposeScope();
        var spread = Sample.Leaf(Sample.Rows(200, 8, 1)).detach();
        var shifted = spread + 1000;

        Spectrum.EffectiveRank(shifted).ShouldBeLessThan(1.2);
        Spectrum.EffectiveRank(shifted, centered: true).ShouldBe(Spectrum.EffectiveRank(spread, centered: true), 1e-6);
        Spectrum.EffectiveRank(spread, centered: true).ShouldBeGreaterThan(7.5);
    }

    [Fact]
    public void Tall_and_wide_matrices_of_the_same_values_have_the_same_rank()
    {
        using var scope = NewDisposeScope();
        var z = Sample.Leaf(Sample.Rows(50, 6, 2)).detach();

        Spectrum.EffectiveRank(z).ShouldBe(Spectrum.EffectiveRank(z.t()), 1e-9);
    }

    [Fact]
    public void The_effective_rank_of_nothing_is_0_and_of_what_is_no_number_no_number()
    {
        using var scope = NewDisposeScope();

        Spectrum.EffectiveRank(zeros(8, 4)).ShouldBe(0);
        Spectrum.EffectiveRank(ones(8, 4) * 3, centered: true).ShouldBe(0);
        Spectrum.EffectiveRank(full(8, 4, double.NaN)).ShouldBe(double.NaN);
        Spectrum.EffectiveRank(full(8, 4, double.PositiveInfinity)).ShouldBe(double.NaN);
    }

    [Fact]
    public void The_standard_deviation_is_counted_by_hand()
    {
        using var scope = NewDisposeScope();
        var rows = Sample.Rows(20, 5, 3);
        var unit = Array.ConvertAll(rows, SlowLosses.Unit);
        var byHand = Enumerable.Range(0, 5).Average(j =>
        {
            var mean = unit.Average(r => r[j]);
            return Math.Sqrt(unit.Sum(r => (r[j] - mean) * (r[j] - mean)) / 19);
        });

        Spectrum.NormalizedStd(Sample.Leaf(rows)).ShouldBe(byHand, 1e-12);
    }

    [Fact]
    public void The_standard_deviation_is_one_over_the_root_of_the_width_when_spread_and_0_when_collapsed()
    {
        using var scope = NewDisposeScope();

        Spectrum.NormalizedStd(Sample.Leaf(Sample.Rows(500, 64, 4))).ShouldBe(1 / 8.0, 0.002);
        Spectrum.NormalizedStd(ones(8, 64)).ShouldBe(0, 1e-7);
        Spectrum.NormalizedStd(ones(1, 64)).ShouldBe(0);
        Spectrum.NormalizedStd(full(8, 4, double.NaN)).ShouldBe(double.NaN);
    }

    [Fact]
    public void Measuring_leaves_nothing_in_the_callers_scope()
    {
        using var outer = NewDisposeScope();
        var z = Sample.Leaf(Sample.Rows(10, 4, 1));
        using var scope = NewDisposeScope();

        Spectrum.EffectiveRank(z, centered: true);
        Spectrum.NormalizedStd(z);

        scope.DisposablesCount.ShouldBe(0);
    }
}
