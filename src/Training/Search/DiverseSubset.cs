namespace ContrastiveService.Training.Search;

/// <summary>
/// A few items that stand for all: greedy k-center (Gonzalez 1985), the coreset of Sener and Savarese 2018 (arXiv 1708.00489). The item farthest from those chosen comes
/// next; no choice of as many has less than half the largest distance that is left.
/// </summary>
public static class DiverseSubset
{
    const int Piece = 1024;

    /// <summary>Chooses rows. The first is the one nearest to the mean of all; of equals the first row is taken.</summary>
    /// <param name="table">One row or more.</param>
    /// <param name="size">Rows to choose, at most as many as there are.</param>
    /// <param name="threads">Threads to use at most.</param>
    /// <param name="cancellationToken">It takes too long.</param>
    /// <returns>The rows in the order of choice, and for each the smallest cosine of any item to its nearest chosen one once it is chosen.</returns>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public static (int[] Rows, float[] Coverage) Choose(VectorTable table, int size, int threads, CancellationToken cancellationToken)
    {
        size = Math.Min(size, table.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var (chosen, coverage) = (new int[size], new float[size]);
        var nearest = new float[table.Count];
        Array.Fill(nearest, float.NegativeInfinity);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads), CancellationToken = cancellationToken };
        var next = NearestToMean(table);
        for (var n = 0; n < size; n++)
        {
            chosen[n] = next;
            Parallel.For(0, (table.Count + Piece - 1) / Piece, options, piece => Approach(table, chosen[n], piece * Piece, nearest));
            // A chosen item is its own, whatever rounding makes of its cosine with itself.
            nearest[next] = float.PositiveInfinity;
            next = Array.IndexOf(nearest, nearest.Min());
            coverage[n] = Math.Min(1, nearest[next]);
        }

        return (chosen, coverage);
    }

    static void Approach(VectorTable table, int chosen, int first, float[] nearest)
    {
        Span<float> scores = stackalloc float[Math.Min(Piece, table.Count - first)];
        table.Score(table.Query(chosen), first, scores);
        for (var i = 0; i < scores.Length; i++)
            nearest[first + i] = Math.Max(nearest[first + i], scores[i]);
    }

    static int NearestToMean(VectorTable table)
    {
        var sum = new double[table.Width];
        for (var row = 0; row < table.Count; row++)
        {
            var vector = table.Row(row);
            for (var i = 0; i < sum.Length; i++)
                sum[i] += vector[i];
        }

        var scores = new float[table.Count];
        table.Score(DotKernel.Prepare(Array.ConvertAll(sum, total => (float)(total / table.Count)), half: false), 0, scores);
        return Array.IndexOf(scores, scores.Max());
    }
}
