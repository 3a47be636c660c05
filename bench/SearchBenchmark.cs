using System.Diagnostics;
using ContrastiveService.Training.Search;
using static System.FormattableString;

namespace ContrastiveService.Bench;

/// <summary>Exact search among random unit vectors on two threads: one query after the other, and batches as they form when several callers wait; checked against a plain loop in float64.</summary>
internal static class SearchBenchmark
{
    private const int Threads = 2, Queries = 200, K = 10, Batch = 16;

    private static readonly (int Count, int Width, bool Half)[] Cases = [(100_000, 128, false), (1_000_000, 128, false), (1_000_000, 128, true), (100_000, 768, false)];

    public static int Run()
    {
        var report = new Report("search", "vectors", "width", "numbers", "MB", "p50, ms", "p95, ms", "processor, ms a query", "a tenth allowed, p95, ms", Invariant($"batch of {Batch}, ms a query"), "largest error");
        foreach (var (count, width, half) in Cases)
            Add(report, count, width, half);
        report.Publish();
        return 0;
    }

    private static void Add(Report report, int count, int width, bool half)
    {
        Console.Error.WriteLine(Invariant($"{count} vectors of {width} {(half ? "float16" : "float32")}"));
        var index = new VectorIndex(width, half);
        index.Apply(Enumerable.Range(0, count).Select(id => ((long)id, new ReadOnlyMemory<byte>(VectorFormat.Encode(RandomVector.Draw(id, width), half)))));
        var queries = Enumerable.Range(0, Queries).Select(i => new VectorQuery(RandomVector.Draw(-1 - i, width), K)).ToArray();
        var error = Check(index, queries[0], count, width);
        foreach (var query in queries.Take(10))
            index.Search([query], Threads);

        // Beside the time that passed, that of the processors: it hardly depends on what else the machine does.
        var before = Environment.CpuUsage.TotalTime;
        double[] single = [.. queries.Select(query => Milliseconds(() => index.Search([query], Threads))).Order()];
        var processor = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Queries;
        long[] allowed = [.. Enumerable.Range(0, count / 10).Select(i => i * 10L)];
        double[] filtered = [.. queries.Select(query => Milliseconds(() => index.Search([query with { Among = allowed }], Threads))).Order()];
        var batched = Report.Median(queries.Chunk(Batch).Where(batch => batch.Length == Batch).Select(batch => Milliseconds(() => index.Search(batch, Threads)) / Batch));
        var (p50, p95, filtered95) = (single[Queries / 2], single[Queries * 95 / 100], filtered[Queries * 95 / 100]);
        report.Add(
            new { count, width, half, threads = Threads, k = K, bytes = index.Bytes, p50, p95, processor, filtered95, batch = Batch, batched, error },
            Invariant($"{count:#,0}"), Invariant($"{width}"), half ? "float16" : "float32", Invariant($"{index.Bytes >> 20}"), Invariant($"{p50:0.0}"), Invariant($"{p95:0.0}"),
            Invariant($"{processor:0.0}"), Invariant($"{filtered95:0.0}"), Invariant($"{batched:0.0}"), Invariant($"{error:0.0e+0}"));
    }

    /// <returns>The largest difference between a score and the same rank's of the plain loop over the vectors as drawn.</returns>
    private static double Check(VectorIndex index, VectorQuery query, int count, int width)
    {
        var slow = new PriorityQueue<double, double>();
        for (var id = 0; id < count; id++)
        {
            var (vector, dot) = (RandomVector.Draw(id, width), 0.0);
            for (var i = 0; i < width; i++)
                dot += (double)vector[i] * query.Vector[i];
            slow.Enqueue(dot, dot);
            if (slow.Count > K)
                slow.Dequeue();
        }

        double[] best = [.. slow.UnorderedItems.Select(item => item.Element).OrderDescending()];
        var hits = index.Search([query], Threads)[0].Hits;
        return hits.Length == K ? hits.Zip(best, (hit, dot) => Math.Abs(hit.Score - dot)).Max() : throw new InvalidOperationException($"{hits.Length} hits instead of {K}.");
    }

    private static double Milliseconds(Action work)
    {
        var clock = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
    }
}
