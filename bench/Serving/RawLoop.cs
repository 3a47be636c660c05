using System.Diagnostics;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Models;
using ContrastiveService.Training;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Plans;
using Microsoft.Extensions.DependencyInjection;
using static TorchSharp.torch;

namespace ContrastiveService.Bench.Serving;

/// <summary>The same model and the same encoded pictures in a loop without a server, in a process of its own: what a machine can do at most.</summary>
internal static class RawLoop
{
    public const string Mode = "serve-raw";

    private const double Seconds = 8;

    /// <param name="Apart">Pictures per second with a batch on each processor.</param>
    /// <param name="Together">With all processors on one batch, as libtorch does by itself.</param>
    /// <param name="Forward">Milliseconds that the network alone takes for a batch, on one processor.</param>
    internal sealed record Result(double Apart, double Together, double Forward)
    {
        public double Best => Math.Max(Apart, Together);
    }

    public static async Task<int> RunAsync(string model)
    {
        await using var services = new ServiceCollection().AddLogging().AddStorage(Environment.GetEnvironmentVariable("ConnectionStrings__Default")!).BuildServiceProvider();
        var version = (await services.GetRequiredService<ModelStore>().GetAsync(model, 1, CancellationToken.None))!;
        await using var weights = await services.GetRequiredService<CheckpointStore>().OpenReadAsync(version.CheckpointId, CancellationToken.None);
        using var network = EmbeddingModel.Load(TrainingPlan.FromJson(version.Plan), ModelCard.FromJson(version.Card).Preprocessing, weights, CPU);
        var pictures = ServedPictures.Png(network.Preprocessing.Size);
        Compute.UseThreads(1, pin: false);
        var apart = Apart(network, pictures);
        var forward = Forward(network, pictures);
        Compute.UseThreads(Compute.AvailableThreads, pin: true);
        return Child.Answer(new Result(apart, Together(network, pictures), forward));
    }

    private static double Apart(EmbeddingModel network, byte[][] pictures)
    {
        var counts = new long[Environment.ProcessorCount];
        var clock = Stopwatch.StartNew();
        var threads = Enumerable.Range(0, counts.Length).Select(t => new Thread(() =>
        {
            for (var at = t; clock.Elapsed.TotalSeconds < Seconds; at++)
            {
                network.Embed([.. Batch(network, pictures, at).Select(picture => Decode(network, picture))]);
                counts[t] += network.BestBatch;
            }
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        return counts.Sum() / clock.Elapsed.TotalSeconds;
    }

    private static double Together(EmbeddingModel network, byte[][] pictures)
    {
        var (count, at) = (0L, 0);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < Seconds)
        {
            network.Embed(Batch(network, pictures, at++).AsParallel().AsOrdered().Select(picture => Decode(network, picture)).ToArray());
            count += network.BestBatch;
        }

        return count / clock.Elapsed.TotalSeconds;
    }

    private static double Forward(EmbeddingModel network, byte[][] pictures)
    {
        var batch = Batch(network, pictures, 0).Select(picture => Decode(network, picture)).ToArray();
        var times = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var start = Stopwatch.GetTimestamp();
            network.Embed(batch);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return Report.Median(times);
    }

    private static IEnumerable<byte[]> Batch(EmbeddingModel network, byte[][] pictures, int at) =>
        Enumerable.Range(0, network.BestBatch).Select(i => pictures[((at * network.BestBatch) + i) % pictures.Length]);

    private static byte[] Decode(EmbeddingModel network, byte[] picture)
    {
        var (size, channels) = (network.Preprocessing.Size, network.Preprocessing.Channels);
        var chw = new byte[channels * size * size];
        ImageDecoder.Decode(picture, size, channels, chw);
        return chw;
    }
}
