using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Losses;

/// <summary>Random rows and labels, the same for a seed everywhere.</summary>
internal static class Sample
{
    /// <summary>Normally distributed entries.</summary>
    public static double[][] Rows(int rows, int width, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, width).Select(_ => Normal(random)).ToArray())];
    }

    public static long[] Labels(int rows, int classes, int seed)
    {
        var random = new Random(seed + 1000);
        return [.. Enumerable.Range(0, rows).Select(_ => (long)random.Next(classes))];
    }

    /// <summary>A leaf of dtype <paramref name="type"/> that wants a gradient.</summary>
    public static Tensor Leaf(double[][] rows, ScalarType type = ScalarType.Float64) =>
        tensor(rows.SelectMany(r => r).ToArray(), [rows.Length, rows[0].Length]).to(type).requires_grad_();

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
