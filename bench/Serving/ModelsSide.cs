using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using ContrastiveService.Bench.Data;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace ContrastiveService.Bench.Serving;

/// <summary>An Api in a process of its own that is asked for one model and another in turn, and looks at its memory after every round.</summary>
internal static class ModelsSide
{
    public const string Mode = "serve-models-side";

    public const int Cycles = 100;

    private const int WarmUp = 10;

    /// <param name="ModelBytes">Memory of one model's weights.</param>
    /// <param name="Resident">Anonymous resident memory in bytes, after a collection, at the end of the warm-up and after each cycle.</param>
    /// <param name="Managed">Managed memory that is committed at the same moments, in bytes.</param>
    /// <param name="Milliseconds">Median of a request that loads a model.</param>
    internal sealed record Result(long ModelBytes, long[] Resident, long[] Managed, double Milliseconds);

    /// <summary>Of the last fifth over the first.</summary>
    public static double Growth(long[] resident) => (resident[^(resident.Length / 5)..].Average() / resident[..(resident.Length / 5)].Average()) - 1;

    public static async Task<int> RunAsync(long budget, string[] models)
    {
        await using var server = Api.Program.Create(
            ["--urls=http://127.0.0.1:0", "--Api:OpenOnLoopback=true", FormattableString.Invariant($"--Api:ModelMemoryBytes={budget}"), "--Serilog:MinimumLevel:Default=Warning"]);
        await server.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()), Timeout = Timeout.InfiniteTimeSpan };
        while (!(await http.GetAsync("/health/ready")).IsSuccessStatusCode)
            await Task.Delay(50);
        var picture = ServedPictures.Png(64)[0];
        var (resident, managed, times) = (new List<long>(), new List<long>(), new List<double>());
        for (var cycle = 1; cycle <= WarmUp + Cycles; cycle++)
        {
            foreach (var model in models)
            {
                var start = Stopwatch.GetTimestamp();
                using var body = new ByteArrayContent(picture) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
                using var answer = (await http.PostAsync($"/api/v1/embeddings?model={model}", body)).EnsureSuccessStatusCode();
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            if (cycle < WarmUp)
                continue;
            await OneLoadedAsync(http);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            resident.Add(ServiceProcess.Memory(Environment.ProcessId, "RssAnon"));
            managed.Add(GC.GetGCMemoryInfo().TotalCommittedBytes);
        }

        var bytes = await FigureAsync(http, "contrastive_loaded_model_bytes");
        await server.StopAsync();
        // What the framework logs goes to the same stream; the answer is its last line.
        return Child.Answer(new Result((long)bytes, [.. resident], [.. managed], Report.Median(times)));
    }

    /// <summary>The health's look at a model may hold it for a moment.</summary>
    private static async Task OneLoadedAsync(HttpClient http)
    {
        for (var look = 0; await FigureAsync(http, "contrastive_loaded_models") != 1; look++)
        {
            if (look == 100)
                throw new InvalidOperationException("More than one model stays in memory: the budget has room for two, or one is never given back.");
            await Task.Delay(50);
        }
    }

    private static async Task<double> FigureAsync(HttpClient http, string name) => double.Parse(
        (await http.GetStringAsync("/metrics")).Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
}
