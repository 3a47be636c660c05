using System.Diagnostics;
using System.Globalization;
using static System.FormattableString;

namespace ContrastiveService.Bench.Data;

/// <summary>A zip of small pictures over HTTP into a private PostgreSQL (with fsync): how long until it is published, and what it costs the Api in memory.</summary>
internal static class IngestBenchmark
{
    private const int Pictures = 100_000;

    /// <summary>Seconds from the first byte sent, seconds of the Api's processor time, and bytes.</summary>
    internal sealed record Result(int Pictures, long ArchiveBytes, double Upload, double Published, double Processor, long ResidentBefore, long PeakResident);

    public static async Task<int> RunAsync(string[] counts)
    {
        await using var database = await ScratchDatabase.StartAsync();
        var report = new Report("data-ingest", "pictures", "archive, MB", "upload, s", "published, s", "pictures/s", "of reading alone", "Api's processor, s", "Api before, MB", "peak, MB");
        foreach (var pictures in counts is [] ? [Pictures] : counts.Select(count => int.Parse(count, CultureInfo.InvariantCulture)))
            Add(report, await MeasureAsync(database.ConnectionString, database.Folder, pictures));
        report.Publish();
        return 0;
    }

    private static async Task<Result> MeasureAsync(string connectionString, string folder, int pictures)
    {
        Console.Error.WriteLine($"Making {pictures} pictures");
        var archive = Path.Combine(folder, "pictures.zip");
        PictureArchive.Write(archive, pictures);
        using var api = await ApiProcess.StartAsync(connectionString, Path.Combine(folder, "spool"));
        var set = $"/api/v1/datasets/{await api.CreateDatasetAsync()}";
        var (before, processor) = (api.Process.Resident, api.Process.Processor);
        Console.Error.WriteLine("Uploading");
        var clock = Stopwatch.StartNew();
        await using var file = File.OpenRead(archive);
        using var accepted = (await api.Http.PostAsync($"{set}/archive", new StreamContent(file))).EnsureSuccessStatusCode();
        var upload = clock.Elapsed.TotalSeconds;
        var import = await api.EndAsync(accepted.Headers.Location!);
        var published = clock.Elapsed.TotalSeconds;
        return import.GetProperty("added").GetInt32() == pictures
            ? new Result(pictures, file.Length, upload, published, api.Process.Processor - processor, before, api.Process.PeakResident)
            : throw new InvalidOperationException($"Not all pictures were taken: {import}");
    }

    private static void Add(Report report, Result r) => report.Add(
        r,
        Invariant($"{r.Pictures}"), Invariant($"{r.ArchiveBytes / 1e6:0}"), Invariant($"{r.Upload:0.0}"), Invariant($"{r.Published:0.0}"),
        Invariant($"{r.Pictures / r.Published:0}"), Invariant($"{r.Pictures / (r.Published - r.Upload):0}"), Invariant($"{r.Processor:0.0}"),
        Invariant($"{r.ResidentBefore >> 20}"), Invariant($"{r.PeakResident >> 20}"));
}
