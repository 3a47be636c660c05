using System.Net.Http.Json;
using System.Text.Json;
using ContrastiveService.Bench.Data;
using ContrastiveService.Bench.Training;
using static System.FormattableString;

namespace ContrastiveService.Bench.Serving;

/// <summary>Embeddings over HTTP against the same model in a loop without a server; a crowd that comes at several rates; a key that floods.</summary>
internal static class ServeBenchmark
{
    private const int Trained = 64, InFlight = 64;

    private const double Seconds = 8, OverloadSeconds = 60;

    private static readonly (string Backbone, int Size)[] Cases = [("small-convnet", 28), ("resnet18", 64)];

    public static async Task<int> RunAsync(string[] options)
    {
        await using var database = await ScratchDatabase.StartAsync();
        var throughput = new Report("serve", "model", "raw loop, pictures/s", $"HTTP, {InFlight} in flight", "HTTP / raw", "p50, ms", "p95", "p99", "idle: overhead p50, ms", "p99", "flooded: others' p95 / alone");
        var crowd = new Report("serve-crowd", "model", "load", "asked/s", "served/s", "of peak", "p50, ms", "p95", "p99", "refused", "without Retry-After", "failed", "Api's memory, MB");
        foreach (var (backbone, size) in Cases.Where(c => options.Length == 0 || options.Contains(c.Backbone)))
            await MeasureAsync(database.ConnectionString, database.Folder, backbone, size, throughput, crowd);
        throughput.Publish();
        crowd.Publish();
        return 0;
    }

    private static async Task MeasureAsync(string connectionString, string folder, string backbone, int size, Report throughput, Report crowd)
    {
        using var api = await ApiProcess.StartAsync(connectionString, Path.Combine(folder, "spool"));
        var model = await TrainAsync(api, connectionString, folder, backbone, backbone, size);
        var pictures = ServedPictures.Png(size);
        var load = new Load(api.Http, model, pictures);
        await load.ClosedAsync(4, 2); // loads the model, and lets the runtime compile what is hot

        Console.Error.WriteLine($"{backbone}: throughput");
        var raw = Child.Run<RawLoop.Result>(new Dictionary<string, string?> { ["ConnectionStrings__Default"] = connectionString }, RawLoop.Mode, model);
        var full = await load.ClosedAsync(InFlight, Seconds);
        var peak = Served(full).Length / full.Seconds;
        var idle = Served(await load.ClosedAsync(1, Seconds / 2));
        var flooding = load.ClosedAsync(InFlight, Seconds, "flood-flood-flood-flood");
        var others = Served(await load.ClosedAsync(1, Seconds, "others-others-others"));
        await flooding;
        throughput.Add(
            new { backbone, raw, peak, full = full.Outcomes, idle, others },
            Invariant($"{backbone}, {size}×{size}"), Invariant($"{raw.Best:0}"), Invariant($"{peak:0}"), Invariant($"{peak / raw.Best:0.00}"),
            At(Served(full), 0.5, o => o.Milliseconds), At(Served(full), 0.95, o => o.Milliseconds), At(Served(full), 0.99, o => o.Milliseconds),
            At(idle, 0.5, o => o.Overhead), At(idle, 0.99, o => o.Overhead), Invariant($"{Percentile(others, 0.95, o => o.Milliseconds) / Percentile(idle, 0.95, o => o.Milliseconds):0.00}"));

        foreach (var share in (double[])[0.5, 0.8, 1, 1.5, 10])
        {
            Console.Error.WriteLine(Invariant($"{backbone}: {100 * share:0} % load"));
            var came = await load.OpenAsync(peak * share, share >= 10 ? OverloadSeconds : Seconds);
            var served = Served(came);
            crowd.Add(
                new { backbone, share, served = served.Length, came.Seconds },
                Invariant($"{backbone}, {size}×{size}"), Invariant($"{100 * share:0} %"), Invariant($"{came.Outcomes.Count / came.Seconds:0}"), Invariant($"{served.Length / came.Seconds:0}"),
                Invariant($"{served.Length / came.Seconds / peak:0.00}"), At(served, 0.5, o => o.Milliseconds), At(served, 0.95, o => o.Milliseconds), At(served, 0.99, o => o.Milliseconds),
                Invariant($"{came.Outcomes.Count(o => o.Status is 429 or 503)}"), Invariant($"{came.Outcomes.Count(o => o.Status is 429 or 503 && !o.SaysWhen)}"),
                Invariant($"{came.Outcomes.Count(o => o.Status is not (200 or 429 or 503))}"), Invariant($"{api.Process.Resident >> 20}"));
        }
    }

    /// <summary>A model of a few steps: what a step costs does not depend on what was learned.</summary>
    /// <returns>Its name.</returns>
    public static async Task<string> TrainAsync(ApiProcess api, string connectionString, string folder, string name, string backbone, int size)
    {
        Console.Error.WriteLine($"{name}: training a model");
        using var worker = ServiceProcess.Start("Worker", new Dictionary<string, string> { ["ConnectionStrings__Default"] = connectionString, ["Worker__CachePath"] = Path.Combine(folder, "cache") });
        var dataset = await api.CreateDatasetAsync();
        using var form = new MultipartFormDataContent();
        foreach (var i in Enumerable.Range(0, Trained))
            form.Add(new ByteArrayContent(NoisePictures.Png(i, size)) { Headers = { ContentType = new("image/png") } }, "file", $"{i}.png");
        (await api.Http.PostAsync($"/api/v1/datasets/{dataset}/items", form)).EnsureSuccessStatusCode().Dispose();
        var request = new { name, dataset, method = new { type = "simclr" }, backbone = new { type = backbone }, imageSize = size, batchSize = 16, epochs = 1, evaluation = new { everyEpochs = 0 } };
        using var submitted = (await api.Http.PostAsJsonAsync("/api/v1/training-jobs", request)).EnsureSuccessStatusCode();
        var job = await api.EndAsync(submitted.Headers.Location!);
        return job.GetProperty("state").GetString() == "succeeded" ? name : throw new InvalidOperationException($"The job did not succeed: {job.GetProperty("error")}");
    }

    private static Load.Outcome[] Served((IReadOnlyList<Load.Outcome> Outcomes, double Seconds) all) => [.. all.Outcomes.Where(o => o.Status == 200)];

    private static string At(Load.Outcome[] outcomes, double share, Func<Load.Outcome, double> what) => Invariant($"{Percentile(outcomes, share, what):0.0}");

    private static double Percentile(Load.Outcome[] outcomes, double share, Func<Load.Outcome, double> what) =>
        outcomes.Length == 0 ? double.NaN : outcomes.Select(what).Order().ElementAt((int)(share * (outcomes.Length - 1)));
}
