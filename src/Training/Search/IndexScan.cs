using System.Runtime.Intrinsics;

namespace ContrastiveService.Training.Search;

/// <summary>One pass over all rows for a batch of queries.</summary>
sealed class IndexScan(VectorBlocks blocks, List<long> ids, ScanQuery[] queries)
{
    // What a tile of rows takes of the processor's innermost cache, so that it is read from memory for the first query alone.
    const int TileBytes = 24 << 10;

    // Rows are scored one by one where a filter leaves fewer than one in so many.
    const int Sparse = 4;

    readonly int tile = Math.Clamp(TileBytes / (4 * blocks.Stride), 4, blocks.Rows);
    int taken = -1;

    public SearchResult[] Run(int threads)
    {
        var count = (ids.Count + blocks.Rows - 1) / blocks.Rows;
        var workers = Math.Clamp(Math.Min(threads, count), 1, Environment.ProcessorCount);
        var found = new TopHits[workers][];
        if (workers == 1)
            found[0] = Work(count);
        else
            Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, worker => found[worker] = Work(count));
        return [.. queries.Select((query, i) => new SearchResult(TopHits.Merge(found.Select(part => part[i]), query.K), found.Sum(part => part[i].Matches)))];
    }

    TopHits[] Work(int count)
    {
        var tops = Array.ConvertAll(queries, query => new TopHits(query.K, query.Minimum));
        Span<float> scores = stackalloc float[tile];
        int block;
        while ((block = Interlocked.Increment(ref taken)) < count)
        {
            var end = Math.Min(ids.Count, (block + 1) * blocks.Rows);
            for (var row = block * blocks.Rows; row < end; row += tile)
                for (var i = 0; i < queries.Length; i++)
                    Scan(queries[i], tops[i], row, scores[..Math.Min(tile, end - row)]);
        }

        return tops;
    }

    void Scan(ScanQuery query, TopHits top, int first, Span<float> scores)
    {
        if (query.Among is not { } among)
        {
            blocks.Score(query.Vector, first, scores);
            // Once the best are found, nearly all tiles have nothing better.
            if (float.IsNegativeInfinity(query.Minimum) && (query.Except < first || query.Except >= first + scores.Length) && AllBelow(scores, top.Floor))
            {
                top.Matches += scores.Length;
                return;
            }

            for (var i = 0; i < scores.Length; i++)
                Take(query, top, first + i, scores[i]);
            return;
        }

        var end = first + scores.Length;
        var (allowed, row) = (0, first);
        while ((row = among.Next(row, end)) < end)
            (allowed, row) = (allowed + 1, row + 1);
        if (allowed == 0)
            return;
        var dense = allowed * Sparse >= scores.Length;
        if (dense)
            blocks.Score(query.Vector, first, scores);
        for (row = among.Next(first, end); row < end; row = among.Next(row + 1, end))
        {
            if (!dense)
                blocks.Score(query.Vector, row, scores.Slice(row - first, 1));
            Take(query, top, row, scores[row - first]);
        }
    }

    static bool AllBelow(ReadOnlySpan<float> scores, float floor)
    {
        var i = 0;
        for (; i + Vector256<float>.Count <= scores.Length; i += Vector256<float>.Count)
            if (Vector256.GreaterThanOrEqualAny(Vector256.Create(scores[i..]), Vector256.Create(floor)))
                return false;
        for (; i < scores.Length; i++)
            if (scores[i] >= floor)
                return false;
        return true;
    }

    void Take(ScanQuery query, TopHits top, int row, float score)
    {
        if (score < query.Minimum || row == query.Except)
            return;
        top.Matches++;
        if (score >= top.Floor)
            top.Offer(ids[row], score);
    }
}
