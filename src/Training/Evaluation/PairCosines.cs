using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>Cosines of pairs of rows, without a matrix of all by all.</summary>
internal static class PairCosines
{
    private const long ChunkEntries = 1 << 22;

    /// <summary>One for each pair, in [−1, 1], in their order.</summary>
    /// <param name="unit">(N, d) rows of length 1.</param>
    /// <param name="pairs">Of rows.</param>
    public static float[] Of(Tensor unit, IReadOnlyList<(int I, int J)> pairs)
    {
        var cosines = new List<float>(pairs.Count);
        foreach (var some in pairs.Chunk((int)Math.Max(1, ChunkEntries / unit.size(1))))
        {
            using var chunk = NewDisposeScope();
            var (left, right) = (tensor(Array.ConvertAll(some, p => (long)p.I), device: unit.device), tensor(Array.ConvertAll(some, p => (long)p.J), device: unit.device));
            cosines.AddRange(Rows(unit.index_select(0, left), unit.index_select(0, right)));
        }

        return [.. cosines];
    }

    /// <summary>Of each row with that of the same place, in [−1, 1].</summary>
    /// <param name="left">(n, d) rows of length 1.</param>
    /// <param name="right">(n, d) rows of length 1.</param>
    public static float[] Rows(Tensor left, Tensor right)
    {
        using var scope = NewDisposeScope();
        return [.. (left * right).sum(1).clamp(-1, 1).to(float32).cpu().data<float>()];
    }
}
