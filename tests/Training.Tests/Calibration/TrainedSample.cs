using System.Text.Json;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Tests.Running;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Tests.Calibration;

/// <summary>Trained for an epoch on the sample pictures; made once for all tests that ask for it.</summary>
[CollectionDefinition(Name)]
public sealed class TrainedSample : ICollectionFixture<TrainedSample>, IDisposable
{
    public const string Name = "trained sample";

    private readonly string folder = Directory.CreateTempSubdirectory("calibrated-model-").FullName;
    private readonly byte[] checkpoint;

    public TrainedSample()
    {
        set_num_threads(1);
        WithLabels = SamplePictures.Open(Path.Combine(folder, "labels"), labeled: true);
        WithoutLabels = SamplePictures.Open(Path.Combine(folder, "views"), labeled: false, train: 100, test: 400);
        Plan = TrainingPlan.Resolve(
            JsonSerializer.Deserialize<JsonElement>("""
                {"dataset": "sample", "method": {"type": "simclr"}, "backbone": {"type": "seed-convnet"}, "epochs": 1, "batchSize": 128, "seed": 1,
                 "evaluation": {"everyEpochs": 0, "knn": [20], "bankItems": 500}, "device": "cpu"}
                """),
            new DatasetFacts(6000, 6000, 10, 1, 28, 28));
        using var seen = new Recorder();
        new Trainer(Plan, WithLabels, CPU, folder, seen).Run(null, CancellationToken.None).ShouldBe(TrainingOutcome.Completed);
        checkpoint = seen.Checkpoints[^1].Bytes;
        Labelled = Write(WithLabels, Plan);
        Unlabelled = Write(WithoutLabels, Plan);
    }

    public TrainingPlan Plan { get; }

    public ImageStore WithLabels { get; }

    public ImageStore WithoutLabels { get; }

    public ModelCard Labelled { get; }

    public ModelCard Unlabelled { get; }

    public ModelCard Write(ImageStore images, TrainingPlan plan)
    {
        using var stream = new MemoryStream(checkpoint);
        return ModelCard.FromJson(ModelCardWriter.Write(plan, stream, images, CPU, null, CancellationToken.None).ToJson());
    }

    public ModelCard Write(string store, int train, int test, TrainingPlan plan)
    {
        using var images = SamplePictures.Open(Path.Combine(folder, store), labeled: true, train, test);
        return Write(images, plan);
    }

    public EmbeddingModel Load()
    {
        using var stream = new MemoryStream(checkpoint);
        return EmbeddingModel.Load(Plan, Labelled.Preprocessing, stream, CPU);
    }

    public float[][] Embed(long[] items)
    {
        using var model = Load();
        return model.Embed(Array.ConvertAll(items, Pixels));
    }

    public void Dispose()
    {
        WithLabels.Dispose();
        WithoutLabels.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    public byte[] Pixels(long item)
    {
        var pixels = new byte[28 * 28];
        WithLabels.Gather([item], pixels);
        return pixels;
    }
}
