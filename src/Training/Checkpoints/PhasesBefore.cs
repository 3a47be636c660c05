using ContrastiveService.Training.Plans;

namespace ContrastiveService.Training.Checkpoints;

/// <summary>What a job's earlier phases came to.</summary>
/// <param name="Phases">How many are done.</param>
/// <param name="Epochs">Their epochs together.</param>
/// <param name="Steps">Their steps together.</param>
public sealed record PhasesBefore(int Phases = 0, int Epochs = 0, long Steps = 0)
{
    /// <summary>What the encoder computes in, chosen when the job began: a run that goes on elsewhere keeps to it.</summary>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>What they, and the one that runs, have found, by name.</summary>
    public SortedDictionary<string, double> Results { get; init; } = new(StringComparer.Ordinal);

    internal PhasesBefore And(TrainingRun run) => this with { Phases = Phases + 1, Epochs = Epochs + run.Epoch, Steps = Steps + run.Step };
}
