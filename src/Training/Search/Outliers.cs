namespace ContrastiveService.Training.Search;

/// <summary>Items that resemble few others: those with the lowest mean cosine to their k nearest neighbours (Ramaswamy, Rastogi and Shim 2000, with the mean for the k-th).</summary>
public static class Outliers
{
    const int Tile = 64;

    /// <summary>Compares every item with every other, in memory for k numbers a row of a tile.</summary>
    /// <param name="table">Two rows or more.</param>
    /// <param name="k">Neighbours, the item itself not counted; fewer where there are fewer.</param>
    /// <param name="threads">Threads to use at most.</param>
    /// <param name="cancellationToken">It takes too long.</param>
    /// <returns>For each row the mean cosine to its k nearest.</returns>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public static float[] MeanCosines(VectorTable table, int k, int threads, CancellationToken cancellationToken)
    {
        k = Math.Min(k, table.Count - 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var means = new float[table.Count];
        var tiles = (table.Count + Tile - 1) / Tile;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads), CancellationToken = cancellationToken };
        Parallel.For(0, tiles, options, tile =>
        {
            var rows = Math.Min(Tile, table.Count - tile * Tile);
            var nearest = new PriorityQueue<float, float>[rows];
            for (var i = 0; i < rows; i++)
                nearest[i] = new(k);
            for (var other = 0; other < tiles; other++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (var i = 0; i < rows; i++)
                    Compare(table, tile * Tile + i, other * Tile, k, nearest[i]);
            }

            for (var i = 0; i < rows; i++)
                means[tile * Tile + i] = (float)nearest[i].UnorderedItems.Average(item => (double)item.Element);
        });
        return means;
    }

    static void Compare(VectorTable table, int row, int first, int k, PriorityQueue<float, float> nearest)
    {
        Span<float> scores = stackalloc float[Math.Min(Tile, table.Count - first)];
        table.Score(table.Query(row), first, scores);
        for (var i = 0; i < scores.Length; i++)
        {
            if (first + i == row)
                continue;
            if (nearest.Count < k)
                nearest.Enqueue(scores[i], scores[i]);
            else if (scores[i] > nearest.Peek())
                nearest.DequeueEnqueue(scores[i], scores[i]);
        }
    }
}
