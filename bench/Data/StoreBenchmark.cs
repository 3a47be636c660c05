using System.Diagnostics;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Postgres;
using ContrastiveService.Training.Data;
using Microsoft.Extensions.Logging.Abstractions;
using static System.FormattableString;

namespace ContrastiveService.Bench.Data;

/// <summary>
/// Building the store of decoded pictures out of a private PostgreSQL against decoding the same pictures in memory, on all processors, taking turns; a large JPEG
/// decoded whole and reduced; and what opening a large store costs.
/// </summary>
internal static class StoreBenchmark
{
    private const int Rounds = 5, Pictures = 1500, Kinds = 60, Size = 224, Grain = 6;

    public static async Task<int> RunAsync()
    {
        var report = new Report("data-store", "what", "ours", "against", "ratio");
        await BuildAsync(report);
        LargePictures.Measure(report);
        StoreIndex.Measure(report);
        report.Publish();
        return 0;
    }

    private static async Task BuildAsync(Report report)
    {
        var kinds = Enumerable.Range(0, Kinds).Select(seed => StorePictures.Make(640, 480, seed, Grain)).ToArray();
        var pictures = Enumerable.Range(0, Pictures).Select(i => kinds[i % Kinds]).ToArray();
        // Not a private temporary folder: PostgreSQL does not run as root, and must still reach its data when root runs this.
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"bench-{Guid.NewGuid():n}"));
        try
        {
            await using var server = await PrivatePostgres.StartAsync(Path.Combine(folder.FullName, "postgres"), NullLogger.Instance, null, CancellationToken.None);
            await using (var database = new Database(server.ConnectionString))
                await database.MigrateAsync(CancellationToken.None);
            await using var job = await StoreJob.CreateAsync(server.ConnectionString, pictures, Size);
            Decode(pictures); // code compiled
            var (decoder, store, decoderWork, storeWork) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
            for (var round = 1; round <= Rounds; round++)
            {
                Console.Error.WriteLine($"store, round {round} of {Rounds}");
                var before = Environment.CpuUsage.TotalTime;
                decoder.Add(Pictures / Decode(pictures));
                var between = Environment.CpuUsage.TotalTime;
                store.Add(Pictures / await job.BuildAsync(Path.Combine(folder.FullName, $"cache-{round}")));
                decoderWork.Add((between - before).TotalMilliseconds / Pictures);
                storeWork.Add((Environment.CpuUsage.TotalTime - between).TotalMilliseconds / Pictures);
            }

            report.Add(
                new { pictures = Pictures, bytes = kinds.Average(k => k.Length), size = Size, decoderPerSecond = decoder, storePerSecond = store },
                Invariant($"store of 640×480 JPEGs at {Size} px, pictures/s: from the database, decoder alone"), Invariant($"{Report.Median(store):0}"), Invariant($"{Report.Median(decoder):0}"),
                Report.Spread([.. store.Zip(decoder, (s, d) => s / d)]));
            report.Add(
                new { decoderProcessorMs = decoderWork, storeProcessorMs = storeWork },
                "the same, processor ms a picture without the database's own", Invariant($"{Report.Median(storeWork):0.00}"), Invariant($"{Report.Median(decoderWork):0.00}"),
                Report.Spread([.. storeWork.Zip(decoderWork, (s, d) => s / d)]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Seconds on all processors.</summary>
    private static double Decode(byte[][] pictures)
    {
        var clock = Stopwatch.StartNew();
        Parallel.For(
            0, pictures.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, () => new byte[3 * Size * Size],
            (i, _, chw) =>
            {
                ImageDecoder.Decode(pictures[i], Size, 3, chw);
                return chw;
            },
            _ => { });
        return clock.Elapsed.TotalSeconds;
    }
}
