using System.Diagnostics.CodeAnalysis;

namespace ContrastiveService.Training.Search;

/// <summary>
/// Unit vectors in memory and exact search among them. Any number of threads may search and change it at once: a search sees all of a change or nothing of it.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The lock is never contended by a handle that would need disposing; indexes end with their last user.")]
public sealed class VectorIndex(int width, bool half)
{
    // What an id's place costs: an array's element, and an entry of the dictionary with its bucket.
    const int PlaceBytes = sizeof(long) + 28;

    readonly ReaderWriterLockSlim gate = new();
    readonly VectorBlocks blocks = new(width, half);
    readonly Dictionary<long, int> rows = [];
    readonly List<long> ids = [];

    public int Width => width;

    public int Count => ids.Count;

    /// <summary>Memory that it takes.</summary>
    public long Bytes => BytesFor(ids.Count, width, half);

    /// <summary>Memory that so many items take.</summary>
    public static long BytesFor(long items, int width, bool half) => VectorBlocks.BytesFor(items, width, half) + items * PlaceBytes;

    /// <summary>Makes changes: an id with bytes as <see cref="VectorFormat.Encode"/> writes them is added or replaced, one without bytes taken away.</summary>
    /// <exception cref="ArgumentException">A vector has another number of bytes.</exception>
    public void Apply(IEnumerable<(long Id, ReadOnlyMemory<byte> Vector)> changes)
    {
        gate.EnterWriteLock();
        try
        {
            foreach (var (id, vector) in changes)
            {
                if (vector.IsEmpty)
                    Remove(id);
                else
                    Set(id, vector.Span);
            }
        }
        finally
        {
            gate.ExitWriteLock();
        }
    }

    /// <summary>Finds the nearest of each query. All queries share one pass over the vectors, which is what takes the time.</summary>
    /// <param name="queries">Of this width.</param>
    /// <param name="threads">Threads to use at most.</param>
    /// <returns>One for each query.</returns>
    public SearchResult[] Search(IReadOnlyList<VectorQuery> queries, int threads)
    {
        if (queries.FirstOrDefault(q => q.Vector.Length != width) is { } wrong)
            throw new ArgumentException($"A query has {wrong.Vector.Length} numbers; this index has vectors of {width}.", nameof(queries));
        gate.EnterReadLock();
        try
        {
            return new IndexScan(blocks, ids, [.. queries.Select(Prepare)]).Run(threads);
        }
        finally
        {
            gate.ExitReadLock();
        }
    }

    /// <summary>Copies vectors out, in order of id.</summary>
    /// <param name="among">Ids; null for all.</param>
    public VectorTable Copy(IReadOnlyCollection<long>? among)
    {
        gate.EnterReadLock();
        try
        {
            long[] chosen = [.. (among ?? ids).Where(rows.ContainsKey).Distinct().Order()];
            var table = new VectorTable(chosen, width);
            for (var i = 0; i < chosen.Length; i++)
                VectorFormat.Decode(blocks.Row(rows[chosen[i]]), half).CopyTo(table.Row(i));
            return table;
        }
        finally
        {
            gate.ExitReadLock();
        }
    }

    void Set(long id, ReadOnlySpan<byte> vector)
    {
        if (vector.Length != VectorFormat.Bytes(width, half))
            throw new ArgumentException($"The vector of item {id} has {vector.Length} bytes; {VectorFormat.Bytes(width, half)} are needed.", nameof(vector));
        if (!rows.TryGetValue(id, out var row))
        {
            row = ids.Count;
            ids.Add(id);
            rows.Add(id, row);
            blocks.Fit(ids.Count);
        }

        vector.CopyTo(blocks.Row(row));
    }

    void Remove(long id)
    {
        if (!rows.Remove(id, out var row))
            return;
        // The last one takes its place, so that rows stay without gaps.
        var last = ids.Count - 1;
        if (row != last)
        {
            blocks.Row(last).CopyTo(blocks.Row(row));
            ids[row] = ids[last];
            rows[ids[row]] = row;
        }

        ids.RemoveAt(last);
        blocks.Fit(last);
    }

    ScanQuery Prepare(VectorQuery query)
    {
        RowSet? among = null;
        if (query.Among is { } allowed)
        {
            among = new RowSet(ids.Count);
            foreach (var id in allowed)
                if (rows.TryGetValue(id, out var row))
                    among.Add(row);
        }

        var except = query.Except is { } left && rows.TryGetValue(left, out var its) ? its : -1;
        return new ScanQuery(DotKernel.Prepare(query.Vector, half), query.K, query.Minimum, among, except);
    }
}
