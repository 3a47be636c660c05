using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>How close views of one item are, and how evenly items cover the sphere (Wang and Isola 2020, arXiv 2005.10242). Both are differentiable; lower is better.</summary>
public static class AlignmentUniformity
{
    private const long ChunkEntries = 1 << 22;

    /// <summary>E‖z_x − z_y‖^α over pairs of views.</summary>
    /// <param name="z0">(N, d); normalised here.</param>
    /// <param name="z1">(N, d), views of the same items row by row.</param>
    /// <param name="alpha">α ≥ 1.</param>
    /// <returns>A scalar in [0, 2^α]; 0 when the views agree.</returns>
    public static Tensor Alignment(Tensor z0, Tensor z1, double alpha = 2)
    {
        LossInputs.SameShape(z0, nameof(z0), z1, nameof(z1));
        if (!(alpha >= 1) || !double.IsFinite(alpha))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "alpha must be at least 1: below, views that agree have no gradient.");
        using var scope = NewDisposeScope();
        var distance = linalg.vector_norm(UnitRows.Of(z0) - UnitRows.Of(z1), dims: [1]); // (N)
        return distance.pow(alpha).mean().MoveToOuterDisposeScope();
    }

    /// <summary>log E e^{−t‖z_i − z_j‖²} over pairs i ≠ j.</summary>
    /// <param name="z">(N, d); normalised here. Without gradient, memory stays bounded for any N.</param>
    /// <param name="t">t &gt; 0.</param>
    /// <returns>A scalar in [−4t, 0]; 0 when all items are one point (and for N = 1), near −2t at best.</returns>
    public static Tensor Uniformity(Tensor z, double t = 2)
    {
        LossInputs.Matrix(z, nameof(z));
        LossInputs.Positive(t, nameof(t));
        using var scope = NewDisposeScope();
        var n = z.size(0);
        var x = UnitRows.Of(z);
        if (n == 1)
            return (x.sum() * 0).MoveToOuterDisposeScope();
        var squares = x.square().sum([1]); // (N), 1 but for zero rows
        var rows = Math.Max(1, ChunkEntries / n);
        var logs = new List<Tensor>();
        for (long start = 0; start < n; start += rows)
        {
            using var chunk = NewDisposeScope();
            var count = Math.Min(rows, n - start);
            var some = x.narrow(0, start, count);
            // On the sphere the Gram matrix loses nothing, and the maximum is taken out by logsumexp.
            var d2 = (squares.narrow(0, start, count).unsqueeze(1) + squares - 2 * some.mm(x.t())).clamp_min(0); // (rows, N)
            var self = arange(n, device: x.device).eq((arange(count, device: x.device) + start).unsqueeze(1));
            logs.Add((-t * d2).masked_fill(self, double.NegativeInfinity).logsumexp(1).MoveToOuterDisposeScope());
        }

        return (cat(logs).logsumexp(0) - Math.Log((double)n * (n - 1))).MoveToOuterDisposeScope();
    }
}
