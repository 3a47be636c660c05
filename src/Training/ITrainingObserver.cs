using ContrastiveService.Training.Checkpoints;

namespace ContrastiveService.Training;

/// <summary>Hears of a run from its own thread; what it does is time the run does not train.</summary>
public interface ITrainingObserver
{
    /// <summary>Called about twice a second.</summary>
    void Progress(TrainingProgress progress);

    /// <summary>Points in the order of their steps. Those up to a checkpoint's step come before that checkpoint.</summary>
    void Metrics(IReadOnlyList<Metric> points);

    /// <summary>A whole checkpoint lies in a file, which from now on belongs to the observer.</summary>
    void Checkpoint(CheckpointFile file);

    /// <summary>Something the owner of the job should know. <paramref name="code"/> is stable, such as <c>collapse</c>.</summary>
    void Warning(string code, string message);
}
