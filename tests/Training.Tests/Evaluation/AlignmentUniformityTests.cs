using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Tests.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Evaluation;

public sealed class AlignmentUniformityTests
{
    [Theory]
    [InlineData(1, 3, 2.0)]
    [InlineData(20, 6, 1.0)]
    [InlineData(20, 6, 3.5)]
    public void Alignment_is_what_the_formula_says(int rows, int width, double alpha)
    {
        using var scope = NewDisposeScope();
        var (z0, z1) = (Sample.Rows(rows, width, 1), Sample.Rows(rows, width, 2));

        var alignment = AlignmentUniformity.Alignment(Sample.Leaf(z0), Sample.Leaf(z1), alpha);

        alignment.ToDouble().ShouldBe(z0.Zip(z1, (a, b) => Math.Pow(SlowLosses.Distance(SlowLosses.Unit(a), SlowLosses.Unit(b)), alpha)).Average(), 1e-10);
    }

    [Theory]
    [InlineData(2, 3, 2.0)]
    [InlineData(25, 6, 1.0)]
    [InlineData(25, 2, 50.0)]
    public void Uniformity_is_what_the_formula_says(int rows, int width, double t)
    {
        using var scope = NewDisposeScope();
        var z = Sample.Rows(rows, width, 3);
        var unit = Array.ConvertAll(z, SlowLosses.Unit);
        var pairs = from i in Enumerable.Range(0, rows) from j in Enumerable.Range(0, i) select Math.Exp(-t * Math.Pow(SlowLosses.Distance(unit[i], unit[j]), 2));

        AlignmentUniformity.Uniformity(Sample.Leaf(z), t).ToDouble().ShouldBe(Math.Log(pairs.Average()), 1e-10);
    }

    [Fact]
    public void Their_gradients_are_their_slopes()
    {
        using var scope = NewDisposeScope();
        var other = Sample.Leaf(Sample.Rows(6, 3, 2)).detach();

        FiniteDifferences.ShouldMatch(z => AlignmentUniformity.Alignment(z, other), Sample.Rows(6, 3, 1));
        FiniteDifferences.ShouldMatch(z => AlignmentUniformity.Alignment(other, z, 1), Sample.Rows(6, 3, 1));
        FiniteDifferences.ShouldMatch(z => AlignmentUniformity.Uniformity(z), Sample.Rows(6, 3, 1));
    }

    [Fact]
    public void Views_that_agree_are_aligned_and_one_point_is_not_uniform()
    {
        using var scope = NewDisposeScope();
        var z = Sample.Leaf(Sample.Rows(10, 4, 1));

        AlignmentUniformity.Alignment(z, z * 3).ToDouble().ShouldBe(0, 1e-12);
        AlignmentUniformity.Alignment(z, -z).ToDouble().ShouldBe(4, 1e-12);
        AlignmentUniformity.Uniformity(ones(10, 4)).ToDouble().ShouldBe(0, 1e-6);
        AlignmentUniformity.Uniformity(ones(1, 4)).ToDouble().ShouldBe(0);
    }

    [Fact]
    public void No_point_of_many_chunks_is_its_own_neighbour()
    {
        using var scope = NewDisposeScope();
        var z = nn.functional.normalize(Sample.Leaf(Sample.Rows(3000, 3, 6)).detach());
        var logs = (cdist(z, z).square() * -100).masked_fill(eye(3000, dtype: ScalarType.Bool), double.NegativeInfinity);

        AlignmentUniformity.Uniformity(z, 100).ToDouble().ShouldBe(logs.flatten().logsumexp(0).ToDouble() - Math.Log(3000.0 * 2999), 1e-9);
    }

    [Fact]
    public void Points_all_over_a_wide_sphere_come_near_the_bound()
    {
        using var scope = NewDisposeScope();
        var z = tensor(Sample.Rows(3000, 256, 5).SelectMany(r => r).ToArray(), [3000, 256]); // more than one chunk

        AlignmentUniformity.Uniformity(z, 2).ToDouble().ShouldBe(-4, 0.05);
    }

    [Fact]
    public void An_exponent_without_a_gradient_at_agreement_is_refused()
    {
        using var scope = NewDisposeScope();

        Should.Throw<ArgumentOutOfRangeException>(() => AlignmentUniformity.Alignment(ones(2, 2), ones(2, 2), 0.5)).ParamName.ShouldBe("alpha");
        Should.Throw<ArgumentOutOfRangeException>(() => AlignmentUniformity.Uniformity(ones(2, 2), 0)).ParamName.ShouldBe("t");
    }
}
