using ContrastiveService.Training.Checkpoints;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Weights;
using static TorchSharp.torch;

namespace ContrastiveService.Training;

/// <summary>
/// A job's training, phase by phase. It runs on the thread that calls it from start to end, because dispose scopes and grad mode belong to a thread. On the CPU
/// a resumed run's losses are bit-identical to those of a run that was never interrupted.
/// </summary>
/// <param name="plan">What to do.</param>
/// <param name="images">The data, decoded at the plan's size and channels; two data sets joined where the plan names a target data set.</param>
/// <param name="device">Where.</param>
/// <param name="scratch">A folder for checkpoints on their way to the observer.</param>
/// <param name="observer">Who hears of it.</param>
/// <param name="pretrained">What the encoder starts from, where the plan names it; a run that goes on from a checkpoint does not read it.</param>
public sealed class Trainer(TrainingPlan plan, ImageStore images, Device device, string scratch, ITrainingObserver observer, PretrainedWeights? pretrained = null)
{
    /// <summary>Runs to the end, or until it is asked to stop.</summary>
    /// <param name="checkpoint">The state to go on from (seekable), or null to start.</param>
    /// <param name="stop">Asks for a checkpoint and an early return.</param>
    /// <exception cref="TrainingFailedException">The loss is no longer a number, or the features collapsed and the plan says to stop.</exception>
    /// <exception cref="WeightsException">The checkpoint cannot be read, or the pretrained weights do not fit.</exception>
    public TrainingOutcome Run(Stream? checkpoint, CancellationToken stop)
    {
        using var truce = new CollectionTruce();
        var phases = TrainingPhase.Of(plan, images);
        var before = checkpoint is null ? new PhasesBefore { Precision = Arithmetic.Choose(plan.Precision, device) } : TrainingRun.Position(checkpoint).Before;
        while (before.Phases < phases.Count)
        {
            var phase = phases[before.Phases];
            using var run = new TrainingRun(phase.Plan, images, device, before, checkpoint is null ? pretrained : null);
            if (new PhaseLoop(phase, images, run, scratch, observer).Run(checkpoint, truce, stop) == TrainingOutcome.Stopped)
                return TrainingOutcome.Stopped;
            before = run.Before.And(run); // what the run restored, with what it found since
            checkpoint = null;
        }

        return TrainingOutcome.Completed;
    }
}
