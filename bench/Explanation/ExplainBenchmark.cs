using System.Globalization;
using System.Text.Json;
using ContrastiveService.Training;
using ContrastiveService.Training.Checkpoints;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Explanation;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Weights;
using static TorchSharp.torch;

namespace ContrastiveService.Bench.Explanation;

/// <summary>Whether maps point at what counts: parts of pictures taken out and put back in their order, against an order by chance and from the middle outwards.</summary>
internal static class ExplainBenchmark
{
    private const string Pictures = "/usr/share/datasets/fashion-mnist";
    private const int Pairs = 300, TrainingPictures = 20_000;

    /// <param name="backbones">Names; those for small pictures where there are none.</param>
    public static int Run(string[] backbones)
    {
        Compute.UseThreads(Math.Max(1, Environment.ProcessorCount / 2), pin: false);
        var folder = Directory.CreateDirectory(Path.Combine("data", "bench", "explain")).FullName;
        using var images = IdxStore.Open(Pictures, Path.Combine(folder, "pictures"), 1, perSplit: TrainingPictures);
        var report = new Report("explain", "backbone", "map", "deletion", "insertion", "insertion - deletion", "pairs where ours gains more");
        foreach (var backbone in backbones.Length > 0 ? backbones : ["small-convnet", "seed-convnet"])
            Measure(backbone, images, folder, report);
        report.Publish();
        return 0;
    }

    private static void Measure(string backbone, ImageStore images, string folder, Report report)
    {
        using var model = Train(backbone, images, folder);
        var found = SameLabel(images).Select((pair, i) => Compare(model, Pixels(images, pair.I), Pixels(images, pair.J), i)).ToArray();
        foreach (var (name, index) in new[] { ("ours", 0), ("random", 1), ("centre Gaussian", 2) })
        {
            var scores = found.Select(maps => maps[index]).ToArray();
            var wins = found.Average(maps => maps[0].Gain > maps[index].Gain ? 1.0 : 0);
            report.Add(
                new { backbone, map = name, deletion = scores.Average(s => s.Deletion), insertion = scores.Average(s => s.Insertion), gain = scores.Average(s => s.Gain), wins },
                backbone, name, Number(scores.Average(s => s.Deletion)), Number(scores.Average(s => s.Insertion)),
                $"{Number(scores.Average(s => s.Gain))} ± {Number(Error(scores))}", index == 0 ? "" : wins.ToString("P0", CultureInfo.InvariantCulture));
        }
    }

    private static Faithfulness[] Compare(EmbeddingModel model, byte[] a, byte[] b, int number)
    {
        var map = model.Explain(a, b).A;
        var other = model.Embed([b])[0];
        HeatMap[] maps = [map, ReferenceMaps.Random(map.Rows, map.Columns, 1, number), ReferenceMaps.CenterGaussian(map.Rows, map.Columns)];
        return Array.ConvertAll(maps, m => Faithfulness.Of(model, a, other, m));
    }

    private static EmbeddingModel Train(string backbone, ImageStore images, string folder)
    {
        var plan = TrainingPlan.Resolve(
            JsonSerializer.Deserialize<JsonElement>($$$"""
                {"dataset": "fashion-mnist", "method": {"type": "simclr"}, "backbone": {"type": "{{{backbone}}}"}, "epochs": 3, "batchSize": 128, "seed": 1, "device": "cpu",
                 "evaluation": {"everyEpochs": 0}}
                """),
            new DatasetFacts(TrainingPictures, TrainingPictures, 10, 1, images.Size, images.Size));
        var last = new LastCheckpoint();
        new Trainer(plan, images, CPU, folder, last).Run(null, CancellationToken.None);
        using var checkpoint = new MemoryStream(last.Bytes);
        var position = JsonSerializer.Deserialize<TrainingPosition>(SafeTensors.ReadHeader(checkpoint).Metadata["position"], PlanJson.Options)!;
        checkpoint.Position = 0;
        return EmbeddingModel.Load(plan, position.Preprocessing, checkpoint, CPU);
    }

    /// <summary>Test pictures and the next of their label.</summary>
    private static IEnumerable<(int I, int J)> SameLabel(ImageStore images) =>
        Enumerable.Range(0, images.Records.Count).Where(i => images.Records[i].Split == "test").GroupBy(i => images.Labels[i])
            .SelectMany(label => label.Chunk(2).Take(Pairs / images.Classes.Count)).Select(pair => (pair[0], pair[1]));

    private static byte[] Pixels(ImageStore images, int item)
    {
        var pixels = new byte[images.Channels * images.Size * images.Size];
        images.Gather([item], pixels);
        return pixels;
    }

    private static double Error(Faithfulness[] scores)
    {
        var mean = scores.Average(s => s.Gain);
        return Math.Sqrt(scores.Sum(s => (s.Gain - mean) * (s.Gain - mean)) / (scores.Length - 1) / scores.Length);
    }

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private sealed class LastCheckpoint : ITrainingObserver
    {
        public byte[] Bytes { get; private set; } = [];

        public void Progress(TrainingProgress progress)
        {
            // What counts is in the checkpoint.
        }

        public void Metrics(IReadOnlyList<Metric> points)
        {
            // The same.
        }

        public void Checkpoint(CheckpointFile file)
        {
            Bytes = File.ReadAllBytes(file.Path);
            File.Delete(file.Path);
        }

        public void Warning(string code, string message) => Console.Error.WriteLine(message);
    }
}
