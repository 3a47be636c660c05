namespace ContrastiveService.Training.Search;

/// <summary>Items so alike that they may be one: the connected components of the graph of pairs with at least a minimum cosine.</summary>
public static class NearDuplicates
{
    // Rows compared with as many others at a time: both stay in the processor's cache.
    const int Tile = 64;

    /// <summary>Compares every pair, n (n - 1) / 2 dot products, in memory for n numbers a thread.</summary>
    /// <param name="table">The vectors.</param>
    /// <param name="minimum">Cosine that joins a pair, −1 to 1.</param>
    /// <param name="threads">At most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Rows of each group of two or more, in order; the largest groups first, of one size that with the first row.</returns>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public static IReadOnlyList<int[]> Find(VectorTable table, float minimum, int threads, CancellationToken cancellationToken)
    {
        var tiles = (table.Count + Tile - 1) / Tile;
        var workers = Math.Clamp(Math.Min(threads, tiles), 1, Environment.ProcessorCount);
        var parts = new Components[workers];
        var taken = -1;
        // Each worker has components of its own; they are joined at the end, as the order of unions does not matter.
        Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken }, worker =>
        {
            parts[worker] = new Components(table.Count);
            int tile;
            while ((tile = Interlocked.Increment(ref taken)) < tiles)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Compare(table, tile, tiles, minimum, parts[worker], cancellationToken);
            }
        });
        foreach (var part in parts[1..])
            parts[0].Join(part);
        return parts[0].Groups();
    }

    static void Compare(VectorTable table, int tile, int tiles, float minimum, Components components, CancellationToken cancellationToken)
    {
        Span<float> scores = stackalloc float[Tile];
        for (var other = tile; other < tiles; other++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var row = tile * Tile; row < Math.Min(table.Count, (tile + 1) * Tile); row++)
            {
                var first = Math.Max(row + 1, other * Tile);
                var length = Math.Min(table.Count, (other + 1) * Tile) - first;
                if (length <= 0)
                    continue;
                table.Score(table.Query(row), first, scores[..length]);
                for (var i = 0; i < length; i++)
                    if (scores[i] >= minimum)
                        components.Union(row, first + i);
            }
        }
    }
}
