using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Losses;

/// <summary>Derivatives by central differences.</summary>
internal static class FiniteDifferences
{
    private const double Step = 1e-5;

    /// <summary>Asserts that the gradient of <paramref name="loss"/> at <paramref name="rows"/> (float64) is its slope in every entry.</summary>
    public static void ShouldMatch(Func<Tensor, Tensor> loss, double[][] rows)
    {
        using var scope = NewDisposeScope();
        var x = Sample.Leaf(rows);
        loss(x).backward();
        var gradient = x.grad.ShouldNotBeNull().data<double>().ToArray();
        var largest = gradient.Max(Math.Abs);
        largest.ShouldBeGreaterThan(0, "a gradient of nothing but zeros shows nothing");
        for (var i = 0; i < gradient.Length; i++)
        {
            var slope = (At(loss, rows, i, Step) - At(loss, rows, i, -Step)) / (2 * Step);
            gradient[i].ShouldBe(slope, 1e-6 * Math.Max(1, largest), $"entry {i}");
        }
    }

    private static double At(Func<Tensor, Tensor> loss, double[][] rows, int entry, double step)
    {
        using var scope = NewDisposeScope();
        double[][] moved = [.. rows.Select(r => (double[])r.Clone())];
        moved[entry / rows[0].Length][entry % rows[0].Length] += step;
        return loss(Sample.Leaf(moved)).ToDouble();
    }
}
