using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>
/// The squared maximum mean discrepancy under a sum of Gaussian kernels (DAN, Long et al. 2015, arXiv 1502.02791, section 3.1), whose widths follow the data:
/// k(x, y) = Σ_α e^{−‖x−y‖²/2αm}, m the mean of ‖x−y‖² over all pairs of both batches, each row with itself among them, without gradient.
/// </summary>
public static class Mmd
{
    private const long ChunkEntries = 1 << 22;

    /// <summary>2⁻³ to 2¹.</summary>
    public static IReadOnlyList<double> Alphas { get; } = [0.125, 0.25, 0.5, 1, 2];

    /// <summary>E k(s, s′) + E k(t, t′) − 2 E k(s, t). Without gradient, memory stays bounded for any number of rows.</summary>
    /// <param name="source">(N, d).</param>
    /// <param name="target">(M, d); M = N for <see cref="MmdEstimator.Linear"/>.</param>
    /// <param name="estimator">Which pairs the means are over. Where a batch has one row, its own pairs count nothing without bias.</param>
    /// <param name="alphas">Widths as shares of m; <see cref="Alphas"/> if left out.</param>
    /// <returns>A scalar in [0, 2K] with bias and near that without, K being the number of kernels; 0 where all rows are the same and no batch is of one row.</returns>
    public static Tensor Loss(Tensor source, Tensor target, MmdEstimator estimator = MmdEstimator.Quadratic, IReadOnlyList<double>? alphas = null)
    {
        LossInputs.SameWidth(source, nameof(source), target, nameof(target));
        if (estimator == MmdEstimator.Linear)
            LossInputs.SameShape(source, nameof(source), target, nameof(target));
        using var scope = NewDisposeScope();
        var widths = Widths(cat([source.detach(), target.detach()]), alphas ?? Alphas);
        var value = estimator == MmdEstimator.Linear ? Neighbours(source, target, widths) : Pairs(source, target, widths, estimator == MmdEstimator.Biased);
        return value.MoveToOuterDisposeScope();
    }

    /// <summary>2αm for each α, (); not 0 where all rows are the same.</summary>
    private static Tensor[] Widths(Tensor rows, IReadOnlyList<double> alphas)
    {
        var m = 2 * (rows - rows.mean([0], keepdim: true)).square().sum(1).mean(); // that is the mean over all pairs
        var floor = (rows.square().sum(1).mean() * 1e-12).clamp_min(1e-30);
        return [.. alphas.Select(alpha => 2 * alpha * maximum(m, floor))];
    }

    private static Tensor Pairs(Tensor s, Tensor t, Tensor[] widths, bool biased)
    {
        var own = biased ? 0 : widths.Length; // k(x, x)
        return Within(s) + Within(t) - 2 * Sum(s, t, widths) / (s.size(0) * t.size(0));

        Tensor Within(Tensor x) => (Sum(x, x, widths) - own * x.size(0)) / Math.Max(1, x.size(0) * (biased ? x.size(0) : x.size(0) - 1));
    }

    /// <summary>Σ k(x_i, y_j) over all i and j.</summary>
    private static Tensor Sum(Tensor x, Tensor y, Tensor[] widths)
    {
        using var scope = NewDisposeScope();
        var rows = Math.Max(1, ChunkEntries / y.size(0));
        var sums = new List<Tensor>();
        for (long start = 0; start < x.size(0); start += rows)
        {
            using var chunk = NewDisposeScope();
            // From the differences, not through the Gram matrix, which loses close pairs of long rows to rounding.
            var distances = cdist(x.narrow(0, start, Math.Min(rows, x.size(0) - start)), y, 2, compute_mode.donot_use_mm_for_euclid_dist);
            sums.Add(Kernel(distances.square(), widths).sum().MoveToOuterDisposeScope());
        }

        return stack(sums).sum().MoveToOuterDisposeScope();
    }

    private static Tensor Neighbours(Tensor s, Tensor t, Tensor[] widths)
    {
        var (nextS, nextT) = (s.roll(-1, 0), t.roll(-1, 0));
        return (Between(s, nextS) + Between(t, nextT) - Between(s, nextT) - Between(nextS, t)).mean();

        Tensor Between(Tensor x, Tensor y) => Kernel((x - y).square().sum(1), widths); // (N)
    }

    private static Tensor Kernel(Tensor squares, Tensor[] widths) =>
        widths.Select(width => (-squares / width).exp()).Aggregate((sum, k) => sum + k);
}
