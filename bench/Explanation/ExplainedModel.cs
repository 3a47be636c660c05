using System.Text.Json;
using ContrastiveService.Training;
using ContrastiveService.Training.Checkpoints;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Plans;
using ContrastiveService.Training.Weights;
using static TorchSharp.torch;

namespace ContrastiveService.Bench.Explanation;

/// <summary>A model fresh from its training, without a service in between.</summary>
internal static class ExplainedModel
{
    public static EmbeddingModel Train(TrainingPlan plan, ImageStore images, string folder)
    {
        var last = new LastCheckpoint();
        new Trainer(plan, images, CPU, folder, last).Run(null, CancellationToken.None);
        using var checkpoint = new MemoryStream(last.Bytes);
        var position = JsonSerializer.Deserialize<TrainingPosition>(SafeTensors.ReadHeader(checkpoint).Metadata["position"], PlanJson.Options)!;
        checkpoint.Position = 0;
        return EmbeddingModel.Load(plan, position.Preprocessing, checkpoint, CPU);
    }

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
