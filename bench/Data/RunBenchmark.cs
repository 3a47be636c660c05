using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using static System.FormattableString;

namespace ContrastiveService.Bench.Data;

/// <summary>Many pictures the whole way: a zip over HTTP, a job, its worker's decoded store, an epoch; and what each program's memory did meanwhile.</summary>
internal static class RunBenchmark
{
    private const int Pictures = 200_000, Batch = 256;

    /// <param name="Seconds">Since the job began to run.</param>
    /// <param name="Trainer">Resident memory of the trainer that is its own (not the mapped store), in bytes.</param>
    internal sealed record Sample(double Seconds, string Phase, long Step, long Api, long Worker, long Trainer);

    internal sealed record Result(int Pictures, double Published, long ApiPeak, double StoreSeconds, double EpochSeconds, double WaitShare, IReadOnlyList<Sample> Samples)
    {
        private IEnumerable<Sample> Steps => Samples.Where(s => s.Phase == "training" && s.Step > 0);

        /// <summary>Of the trainer's own memory, in the last fifth of the epoch over the second.</summary>
        public double Growth
        {
            get
            {
                var (last, steps) = (Steps.Max(s => s.Step), Steps.ToArray());
                return (steps.Where(s => s.Step > last * 0.8).Average(s => s.Trainer) / steps.Where(s => s.Step > last * 0.2 && s.Step <= last * 0.4).Average(s => s.Trainer)) - 1;
            }
        }

        public long TrainerPeak => Samples.Max(s => s.Trainer);

        public long WorkerPeak => Samples.Max(s => s.Worker);
    }

    public static async Task<int> RunAsync(string[] counts)
    {
        await using var database = await ScratchDatabase.StartAsync();
        var report = new Report(
            "data-run", "pictures", "published, s", "Api's peak, MB", "until the first step, s", "epoch, s", "images/s", "waits", "worker's peak, MB", "trainer's peak, MB", "trainer's growth");
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
        using var worker = ServiceProcess.Start("Worker", new Dictionary<string, string>
        {
            ["ConnectionStrings__Default"] = connectionString,
            ["Worker__CachePath"] = Path.Combine(folder, "cache"),
        });
        Console.Error.WriteLine("Uploading");
        var dataset = await api.CreateDatasetAsync();
        var clock = Stopwatch.StartNew();
        await using (var file = File.OpenRead(archive))
        {
            using var accepted = (await api.Http.PostAsync($"/api/v1/datasets/{dataset}/archive", new StreamContent(file))).EnsureSuccessStatusCode();
            var import = await api.EndAsync(accepted.Headers.Location!);
            if (import.GetProperty("added").GetInt32() != pictures)
                throw new InvalidOperationException($"Not all pictures were taken: {import}");
        }

        var published = clock.Elapsed.TotalSeconds;
        Console.Error.WriteLine("Training");
        var request = new { dataset, method = new { type = "simclr" }, backbone = new { type = "small-convnet" }, batchSize = Batch, epochs = 1, evaluation = new { everyEpochs = 0 } };
        using var submitted = (await api.Http.PostAsJsonAsync("/api/v1/training-jobs", request)).EnsureSuccessStatusCode();
        clock.Restart();
        var samples = new List<Sample>();
        var job = await api.EndAsync(submitted.Headers.Location!, now => samples.Add(Look(now)));
        if (job.GetProperty("state").GetString() != "succeeded")
            throw new InvalidOperationException($"The job did not succeed: {job}");
        var metrics = await api.Http.GetFromJsonAsync<JsonElement>($"{submitted.Headers.Location}/metrics?names=dataWaitShare");
        var wait = metrics.GetProperty("series")[0].GetProperty("values")[0].GetDouble();
        var steps = samples.Where(s => s.Step > 0).ToArray();
        return new(pictures, published, api.Process.PeakResident, steps[0].Seconds, steps[^1].Seconds - steps[0].Seconds, wait, samples);

        Sample Look(JsonElement now)
        {
            var progress = now.TryGetProperty("progress", out var p) && p.ValueKind == JsonValueKind.Object ? p : default;
            var (phase, step) = progress.ValueKind == JsonValueKind.Object
                ? (progress.GetProperty("phase").GetString() ?? "", progress.TryGetProperty("step", out var s) ? s.GetInt64() : 0) : ("", 0L);
            return new(clock.Elapsed.TotalSeconds, phase, step, api.Process.Resident, worker.Resident, worker.Child() is { } trainer ? ServiceProcess.Memory(trainer, "RssAnon") : 0);
        }
    }

    private static void Add(Report report, Result r) => report.Add(
        r,
        Invariant($"{r.Pictures}"), Invariant($"{r.Published:0.0}"), Invariant($"{r.ApiPeak >> 20}"), Invariant($"{r.StoreSeconds:0.0}"), Invariant($"{r.EpochSeconds:0}"),
        Invariant($"{r.Pictures / r.EpochSeconds:0}"), Invariant($"{100 * r.WaitShare:0.00} %"), Invariant($"{r.WorkerPeak >> 20}"), Invariant($"{r.TrainerPeak >> 20}"),
        Invariant($"{100 * r.Growth:+0.0;−0.0} %"));
}
