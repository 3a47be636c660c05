using System.Diagnostics;
using ContrastiveService.Bench.Serving.Networks;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Models;
using ContrastiveService.Training;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Weights;
using Microsoft.Extensions.DependencyInjection;
using static TorchSharp.torch;

namespace ContrastiveService.Bench.Serving;

/// <summary>
/// A model and encoded pictures in a loop without a server, in a process of its own: what this machine can do at most. The same network is also computed by plain TorchSharp and by
/// ONNX Runtime; all take turns.
/// </summary>
internal static class RawLoop
{
    public const string Mode = "serve-raw";

    private const double Seconds = 1;
    private const int Rounds = 3;

    /// <param name="Name">Whose.</param>
    /// <param name="Threads">How it used the processors.</param>
    /// <param name="Batch">Pictures at a time.</param>
    /// <param name="Forward">Pictures per second of the network alone, each round's.</param>
    /// <param name="Decoding">The same with decoding.</param>
    /// <param name="Cosine">The least cosine to our own vectors.</param>
    internal sealed record Way(string Name, string Threads, int Batch, double[] Forward, double[] Decoding, double Cosine);

    internal sealed record Result(Way[] Ways)
    {
        /// <summary>The best way of each, ours first.</summary>
        public IReadOnlyList<Way> Best => [.. Ways.GroupBy(way => way.Name).Select(ways => ways.MaxBy(way => Report.Median(way.Decoding))!)];
    }

    /// <param name="model">Whose first version.</param>
    /// <param name="backbone">Its own.</param>
    /// <param name="batch">Only our own code, with a batch of this size on every processor; null for all ways.</param>
    public static async Task<int> RunAsync(string model, string backbone, int? batch)
    {
        NativeHeap.Keep(); // as the Api does
        await using var services = new ServiceCollection().AddLogging().AddStorage(Environment.GetEnvironmentVariable("ConnectionStrings__Default")!).BuildServiceProvider();
        var version = (await services.GetRequiredService<ModelStore>().GetAsync(model, 1, CancellationToken.None))!;
        await using var stream = await services.GetRequiredService<CheckpointStore>().OpenReadAsync(version.CheckpointId, CancellationToken.None);
        using var checkpoint = new MemoryStream();
        await stream.CopyToAsync(checkpoint);
        return Child.Answer(Measure(checkpoint, version, backbone, batch));
    }

    private static Result Measure(MemoryStream checkpoint, ModelVersion version, string backbone, int? only)
    {
        var preprocessing = ModelCard.FromJson(version.Card).Preprocessing;
        checkpoint.Position = 0;
        using var network = EmbeddingModel.Load(TrainingPlan.FromJson(version.Plan), preprocessing, checkpoint, CPU);
        checkpoint.Position = 0;
        var header = SafeTensors.ReadHeader(checkpoint);
        const string prefix = "backbone.";
        var weights = header.Tensors.Where(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Name[prefix.Length..], entry => SafeTensors.Read(checkpoint, header, entry.Name));
        using var engines = new Engines(network, backbone, weights);
        var pictures = ServedPictures.Png(preprocessing.Size);
        var decoded = Array.ConvertAll(pictures, Decode);
        var truth = network.Embed(decoded);
        var ways = new List<Way>();
        var clock = Stopwatch.StartNew();
        network.Embed(decoded[..8]);
        var slow = clock.ElapsedMilliseconds > 100; // more at a time would be no faster, and take too long to measure
        foreach (var engine in only is null ? engines.All : engines.All.Take(1))
            foreach (var batch in only is { } size ? [size] : slow ? [8] : new[] { 8, network.BestBatch, 32 }.Distinct())
                ways.Add(new(engine.Name, engine.Threads, batch, new double[Rounds], new double[Rounds], Cosine(engine.Embed(decoded))));
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var way in ways)
            {
                var engine = engines.All.Single(e => e.Name == way.Name && e.Threads == way.Threads);
                way.Forward[round] = engine.Measure(at => Batch(decoded, at, way.Batch), Seconds);
                way.Decoding[round] = engine.Measure(at => Decoded(Batch(pictures, at, way.Batch), engine.Callers == 1), Seconds);
            }
        }

        return new([.. ways]);

        byte[] Decode(byte[] picture)
        {
            var chw = new byte[preprocessing.Channels * preprocessing.Size * preprocessing.Size];
            ImageDecoder.Decode(picture, preprocessing.Size, preprocessing.Channels, chw);
            return chw;
        }

        byte[][] Decoded(byte[][] batch, bool together) => together ? [.. batch.AsParallel().AsOrdered().Select(Decode)] : Array.ConvertAll(batch, Decode);

        double Cosine(float[][] vectors) => vectors.Zip(truth, (a, b) => (double)a.Zip(b, (x, y) => x * y).Sum()).Min();
    }

    private static byte[][] Batch(byte[][] pictures, int at, int size) => [.. Enumerable.Range(0, size).Select(i => pictures[((at * size) + i) % pictures.Length])];
}
