using System.Net;
using System.Net.Http.Json;
using ContrastiveService.Bench.Data;
using ContrastiveService.Bench.Training;
using static System.FormattableString;

namespace ContrastiveService.Bench.Serving;

/// <summary>Embeddings over HTTP against the same model in a loop without a server; a crowd that comes at several rates; a key that floods.</summary>
internal static class ServeBenchmark
{
    private const string Flood = "flood-flood-flood-flood";
    private const int Trained = 64, InFlight = 64, BusyKeys = 16, Rounds = 4;

    private const double Seconds = 8, OverloadSeconds = 60;

    private static readonly (int Each, int Callers)[] Callers = [(1, 64), (8, 8), (32, 4)];

    private static readonly (string Backbone, int Size)[] Cases = [("small-convnet", 28), ("resnet18", 64)];

    private static readonly string[] Parts = ["throughput", "latency", "crowd", "overload"];

    /// <param name="options">Backbones and parts of the whole; all where none is named.</param>
    public static async Task<int> RunAsync(string[] options)
    {
        var parts = Parts.Any(options.Contains) ? options : Parts;
        var names = Cases.Any(c => options.Contains(c.Backbone)) ? options : [.. Cases.Select(c => c.Backbone)];
        await using var database = await ScratchDatabase.StartAsync();
        var engines = new Report("serve-engines", "model", "computed by", "threads", "batch", "network alone, pictures/s", "of ours", "with decoding", "least cosine to ours");
        var throughput = new Report("serve", "model", "pictures a request", "in flight", "HTTP, pictures/s", "raw loop", "ratio", "Kestrel alone", "ratio if nothing but both were to do", "Api's processor, ms a picture", "p50, ms", "p95", "p99");
        var latency = new Report("serve-latency", "model", "what", "p50, ms", "p95", "p99");
        var crowd = new Report("serve-crowd", "model", "load", "pictures a request", "asked, pictures/s", "served", "of peak", "p50, ms", "p95", "p99", "refused, pictures", "without Retry-After", "failed", "processors: Api, client", "Api's memory, MB");
        foreach (var (backbone, size) in Cases.Where(c => names.Contains(c.Backbone)))
            await MeasureAsync(database.ConnectionString, database.Folder, backbone, size, parts, engines, throughput, latency, crowd);
        foreach (var report in (Report[])[engines, throughput, latency, crowd])
            if (report.HasRows)
                report.Publish();
        return 0;
    }

    private static async Task MeasureAsync(
        string connectionString, string folder, string backbone, int size, string[] parts, Report engines, Report throughput, Report latency, Report crowd)
    {
        using var api = await ApiProcess.StartAsync(connectionString, Path.Combine(folder, "spool"));
        var model = await TrainAsync(api, connectionString, folder, backbone, backbone, size);
        var (label, pictures) = (Invariant($"{backbone}, {size}×{size}"), ServedPictures.Png(size));
        var load = new Load(new IPEndPoint(IPAddress.Loopback, api.Http.BaseAddress!.Port), model, pictures);
        var batch = parts.Contains("throughput") ? Ways(engines, label, model, backbone, connectionString) : 0;
        await load.ClosedAsync(16, 20); // loads the model, and lets the runtime compile what is hot
        if (parts.Contains("throughput"))
            await ThroughputAsync();
        if (parts.Contains("latency"))
            await LatencyAsync(load, backbone, label, latency);
        foreach (var share in parts.Contains("crowd") ? (double[])[0.5, 0.8, 1, 1.5] : [])
            await CrowdAsync(share, 1, Seconds);
        // One picture a request, except where a client on the same processors could not send so many requests.
        if (parts.Contains("overload"))
            await CrowdAsync(10, await PeakAsync(1) > 500 ? 32 : 1, OverloadSeconds);

        async Task ThroughputAsync()
        {
            var (nothing, at) = await EmptyServer.StartAsync();
            using var stopped = nothing;
            var empty = new Load(at, model, pictures);
            foreach (var (each, callers) in Callers)
            {
                Console.Error.WriteLine(Invariant($"{backbone}: {callers} callers with {each} pictures"));
                await load.ClosedAsync(callers, 2, each);
                // In turns: what another machine on the same processors takes from one side it takes from the other.
                var (raw, http, processor, served) = (new List<double>(), new List<Load.Result>(), 0.0, new List<Load.Outcome>());
                for (var round = 0; round < Rounds; round++)
                {
                    raw.Add(Raw());
                    var before = api.Process.Processor;
                    http.Add(await load.ClosedAsync(callers, Seconds / 2, each));
                    processor += api.Process.Processor - before;
                    served.AddRange(http[^1].Served);
                }

                await empty.ClosedAsync(callers, 2, each);
                var kestrel = (await empty.ClosedAsync(callers, Seconds / 2, each)).Rate;
                double[] ratios = [.. http.Zip(raw, (h, r) => h.Rate / r)];
                var (rate, alone, perPicture) = (Report.Median(http.Select(h => h.Rate)), Report.Median(raw), 1000 * processor / (served.Count * each));
                throughput.Add(
                    new { backbone, each, callers, rates = http.Select(h => h.Rate), raw, kestrel, processor = perPicture },
                    [
                        label, Invariant($"{each}"), Invariant($"{each * callers}"), Invariant($"{rate:0}"), Invariant($"{alone:0}"), Report.Spread(ratios),
                        Invariant($"{kestrel:0}"), Invariant($"{1 / (1 + (alone / kestrel)):0.00}"), Invariant($"{perPicture:0.00}"), .. Times([.. served], o => o.Milliseconds),
                    ]);
            }
        }

        async Task CrowdAsync(double share, int each, double seconds)
        {
            Console.Error.WriteLine(Invariant($"{backbone}: {100 * share:0} % load"));
            // What this machine gives is measured anew, before and after.
            var peak = await PeakAsync(each);
            var (before, own) = (api.Process.Processor, Own());
            var came = await load.OpenAsync(peak * share, seconds, each);
            var processors = ((api.Process.Processor - before) / came.Seconds, (Own() - own) / came.Seconds);
            peak = (peak + await PeakAsync(each)) / 2;
            var refused = came.Outcomes.Where(o => o.Status is 429 or 503).ToArray();
            crowd.Add(
                new { backbone, share, each, asked = came.Asked, rate = came.Rate, peak, came.Seconds, refused = refused.Length, api = processors.Item1, client = processors.Item2 },
                [
                    label, Invariant($"{100 * share:0} %"), Invariant($"{each}"), Invariant($"{came.Asked:0}"), Invariant($"{came.Rate:0}"), Invariant($"{came.Rate / peak:0.00}"),
                    .. Times(came.Served, o => o.Milliseconds), Invariant($"{refused.Length * each}"), Invariant($"{refused.Count(o => !o.SaysWhen)}"),
                    Invariant($"{came.Outcomes.Count(o => o.Status is not (200 or 429 or 503))}"), Invariant($"{processors.Item1:0.00}, {processors.Item2:0.00}"),
                    Invariant($"{api.Process.Resident >> 20}"),
                ]);
        }

        async Task<double> PeakAsync(int each) => (await load.ClosedAsync(Callers.Single(c => c.Each == each).Callers, Seconds, each)).Rate;

        static double Own()
        {
            using var self = System.Diagnostics.Process.GetCurrentProcess();
            return self.TotalProcessorTime.TotalSeconds;
        }

        double Raw()
        {
            var its = Child.Run<RawLoop.Result>(Where(connectionString), RawLoop.Mode, model, backbone, Invariant($"{batch}"));
            return Report.Median(its.Ways.Single(way => way.Threads == Engine.Apart).Decoding);
        }
    }

    private static Dictionary<string, string?> Where(string connectionString) => new() { ["ConnectionStrings__Default"] = connectionString };

    /// <returns>The batch that our own code is fastest with.</returns>
    private static int Ways(Report report, string label, string model, string backbone, string connectionString)
    {
        Console.Error.WriteLine($"{backbone}: without a server");
        var raw = Child.Run<RawLoop.Result>(Where(connectionString), RawLoop.Mode, model, backbone);
        foreach (var way in raw.Best)
            report.Add(
                new { backbone, way, raw.Ways },
                label, way.Name, way.Threads, Invariant($"{way.Batch}"), Invariant($"{Report.Median(way.Forward):0}"),
                Report.Spread([.. way.Forward.Zip(raw.Best[0].Forward, (its, ours) => its / ours)]), Invariant($"{Report.Median(way.Decoding):0}"), Invariant($"{way.Cosine:0.000000}"));
        return raw.Ways.Where(way => way.Name == raw.Best[0].Name && way.Threads == Engine.Apart).MaxBy(way => Report.Median(way.Decoding))!.Batch;
    }

    /// <summary>One caller alone; many who keep the server busy, then with one more whose key floods it.</summary>
    private static async Task LatencyAsync(Load load, string backbone, string label, Report report)
    {
        Console.Error.WriteLine($"{backbone}: latency");
        string[] keys = [.. Enumerable.Range(0, BusyKeys).Select(i => Invariant($"busy-key-{i:00}-busy-key"))];
        var alone = await load.ClosedAsync(1, Seconds);
        Add("alone", alone.Served, o => o.Milliseconds);
        Add("alone: total − decode − queue − forward", alone.Served, o => o.Overhead);
        // In turns: the machine's own pace changes by more than what is looked for.
        var (busy, flooded, flood) = (new List<Load.Result>(), new List<Load.Result>(), new List<Load.Result>());
        for (var round = 0; round < Rounds; round++)
        {
            busy.Add(await load.ClosedAsync(2 * BusyKeys, Seconds / 2, 1, keys));
            var others = load.ClosedAsync(2 * BusyKeys, Seconds / 2, 1, keys);
            flood.Add(await load.ClosedAsync(InFlight, Seconds / 2, 1, Flood));
            flooded.Add(await others);
        }

        Add(Invariant($"{BusyKeys} keys, 2 requests each: {busy.Average(r => r.Rate):0} pictures/s"), [.. busy.SelectMany(r => r.Served)], o => o.Milliseconds);
        Add(Invariant($"they, {flooded.Average(r => r.Rate):0} pictures/s, while one more key has {InFlight}: {flood.Average(r => r.Rate):0}"), [.. flooded.SelectMany(r => r.Served)], o => o.Milliseconds);
        var calm = load.ClosedAsync(1, Seconds, 1, keys);
        await Task.WhenAll(calm, load.ClosedAsync(InFlight, Seconds, 1, Flood));
        Add(Invariant($"one caller, while one more key has {InFlight}"), (await calm).Served, o => o.Milliseconds);

        void Add(string what, Load.Outcome[] served, Func<Load.Outcome, double> value) => report.Add(
            new { backbone, what, times = served.Select(value).Order().ToArray() is { Length: > 0 } all ? new[] { all[all.Length / 2], all[all.Length * 95 / 100], all[all.Length * 99 / 100] } : [] },
            [label, what, .. Times(served, value)]);
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

    private static string[] Times(Load.Outcome[] outcomes, Func<Load.Outcome, double> what)
    {
        double[] sorted = [.. outcomes.Select(what).Order()];
        return [.. ((double[])[0.5, 0.95, 0.99]).Select(share => sorted.Length == 0 ? "–" : Invariant($"{sorted[(int)(share * (sorted.Length - 1))]:0.0}"))];
    }
}
