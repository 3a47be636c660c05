using ContrastiveService.Training.Checkpoints;

namespace ContrastiveService.Training.Tests.Running;

/// <summary>Keeps all that a run says.</summary>
public sealed class Recorder : ITrainingObserver, IDisposable
{
    public List<Metric> Points { get; } = [];

    public List<(CheckpointFile File, byte[] Bytes)> Checkpoints { get; } = [];

    public List<string> Warnings { get; } = [];

    public TrainingProgress? Last { get; private set; }

    /// <summary>Cancelled when this step's loss is reported.</summary>
    public long StopAfter { get; init; } = long.MaxValue;

    public CancellationTokenSource Stop { get; } = new();

    public IEnumerable<(long Step, double Value)> Series(string name) => Points.Where(p => p.Name == name).Select(p => (p.Step, p.Value));

    public void Progress(TrainingProgress progress) => Last = progress;

    public void Metrics(IReadOnlyList<Metric> points)
    {
        Points.AddRange(points);
        if (points.Any(p => (p.Name == "loss" || p.Name.EndsWith(".loss", StringComparison.Ordinal)) && p.Step >= StopAfter))
            Stop.Cancel();
    }

    public void Checkpoint(CheckpointFile file)
    {
        Checkpoints.Add((file, File.ReadAllBytes(file.Path)));
        File.Delete(file.Path);
    }

    public void Warning(string code, string message) => Warnings.Add($"{code}: {message}");

    public void Dispose() => Stop.Dispose();
}
