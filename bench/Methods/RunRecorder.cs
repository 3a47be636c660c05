using System.Globalization;
using ContrastiveService.Training;
using ContrastiveService.Training.Checkpoints;

namespace ContrastiveService.Bench.Methods;

/// <summary>Says how a run goes, keeps its newest checkpoint, and what it warns of.</summary>
internal sealed class RunRecorder(MethodFiles files) : ITrainingObserver
{
    private readonly List<string> warnings = [];
    private int epoch = -1;

    public IReadOnlyList<string> Warnings => warnings;

    public void Progress(TrainingProgress progress)
    {
        if (progress.Epoch == epoch || progress.Loss is not { } loss)
            return;
        epoch = progress.Epoch;
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    epoch {progress.Epoch} of {progress.Epochs}, loss {loss:0.0000}, {progress.ImagesPerSecond:0} images/s, {progress.EtaSeconds:0} s to go"));
    }

    public void Metrics(IReadOnlyList<Metric> points)
    {
        // What counts is in the checkpoint.
    }

    public void Checkpoint(CheckpointFile file) => files.Keep(file.Path);

    public void Warning(string code, string message)
    {
        Console.Error.WriteLine($"    {message}");
        warnings.Add($"{code}: {message}");
    }
}
