using ContrastiveService.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>Lloyd's k-means (1982) from k-means++ centres (Arthur and Vassilvitskii 2007), in memory that does not grow with N · k.</summary>
public static class KMeans
{
    private const long ChunkEntries = 1 << 22;

    /// <summary>Groups rows by Euclidean distance.</summary>
    /// <param name="x">(N, d) finite features, as they are.</param>
    /// <param name="k">Groups; N where there are fewer rows.</param>
    /// <param name="seed">Where the centres begin.</param>
    /// <param name="iterations">At most so many; it ends earlier when nothing moves.</param>
    /// <returns>The group of every row, in [0, k). A group may be empty, where rows coincide.</returns>
    public static long[] Assign(Tensor x, int k, long seed, int iterations = 20)
    {
        FeatureInputs.Finite(x, nameof(x));
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        // Distances through the Gram matrix lose what is small beside a common offset, so that is taken off.
        var rows = x.detach() - x.detach().mean([0], keepdim: true);
        var centres = Begin(rows, (int)Math.Min(k, x.size(0)), seed); // (k, d)
        var groups = Nearest(rows, centres);
        for (var i = 0; i < iterations; i++)
        {
            using var inner = NewDisposeScope();
            centres.copy_(Means(rows, groups, centres));
            var moved = Nearest(rows, centres);
            var same = moved.eq(groups).all().ToBoolean();
            groups.copy_(moved);
            if (same)
                break;
        }

        return groups.cpu().data<long>().ToArray();
    }

    /// <summary>Each next centre is a row drawn with a chance that is proportional to its squared distance from the centres so far.</summary>
    private static Tensor Begin(Tensor rows, int k, long seed)
    {
        using var scope = NewDisposeScope();
        var random = new SeededRandom(seed, "k-means++");
        var n = rows.size(0);
        var centres = zeros_like(rows.narrow(0, 0, k));
        centres[0] = rows[random.Next(n)];
        var distance = full(n, double.PositiveInfinity, float64, rows.device); // (N) squared, to the nearest centre
        for (var c = 1; c < k; c++)
        {
            using var inner = NewDisposeScope();
            Approach(distance, rows, centres[c - 1]);
            var cumulative = distance.cumsum(0);
            var total = cumulative[-1].ToDouble();
            // When every row lies on a centre already, any will do.
            var at = total > 0 ? searchsorted(cumulative, tensor(total * random.NextUnit(), device: rows.device), right: true).clamp_max(n - 1).ToInt64() : random.Next(n);
            centres[c] = rows[at];
        }

        return centres.MoveToOuterDisposeScope();

        static void Approach(Tensor distance, Tensor rows, Tensor centre)
        {
            var step = Math.Max(1, ChunkEntries / rows.size(1));
            for (long start = 0; start < rows.size(0); start += step)
            {
                using var chunk = NewDisposeScope();
                var count = Math.Min(step, rows.size(0) - start);
                var part = distance.narrow(0, start, count);
                part.copy_(minimum(part, (rows.narrow(0, start, count) - centre).square().sum(1, type: float64)));
            }
        }
    }

    private static Tensor Nearest(Tensor rows, Tensor centres)
    {
        using var scope = NewDisposeScope();
        var offset = centres.square().sum([1]).mul(-0.5f); // (k)
        var transposed = centres.t();
        var step = Math.Max(1, ChunkEntries / centres.size(0));
        var groups = new List<Tensor>();
        for (long start = 0; start < rows.size(0); start += step)
        {
            using var chunk = NewDisposeScope();
            var part = rows.narrow(0, start, Math.Min(step, rows.size(0) - start));
            groups.Add(part.mm(transposed).add_(offset).argmax(1).MoveToOuterDisposeScope());
        }

        return cat(groups).MoveToOuterDisposeScope();
    }

    /// <summary>The mean of every group; a group without rows keeps its centre.</summary>
    private static Tensor Means(Tensor rows, Tensor groups, Tensor centres)
    {
        using var scope = NewDisposeScope();
        var sizes = zeros(centres.size(0), rows.dtype, rows.device).index_add_(0, groups, ones(rows.size(0), rows.dtype, rows.device), 1);
        var sums = zeros_like(centres).index_add_(0, groups, rows, 1);
        var means = sums / sizes.clamp_min(1).unsqueeze(1);
        return where(sizes.gt(0).unsqueeze(1), means, centres).MoveToOuterDisposeScope();
    }
}
