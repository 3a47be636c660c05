using System.Diagnostics;

namespace ContrastiveService.Training;

/// <summary>How fast a run goes: steps per second over about the last ten seconds of training, time to the end, and when progress is due.</summary>
internal sealed class Pace
{
    private readonly Queue<(TimeSpan At, long Step)> window = new();
    private readonly Stopwatch training = new(); // stands still while the run evaluates
    private readonly Stopwatch sinceProgress = Stopwatch.StartNew();
    private TimeSpan epochStart;
    private TimeSpan evaluation;
    private TimeSpan evaluations;
    private TimeSpan waited;
    private TimeSpan epochWaited;
    private long lastStep;
    private long startStep;

    public double StepsPerSecond { get; private set; }

    /// <summary>True about twice a second.</summary>
    public bool ProgressIsDue
    {
        get
        {
            lastStep++;
            if (sinceProgress.ElapsedMilliseconds < 500)
                return false;
            sinceProgress.Restart();
            Sample(lastStep);
            return true;
        }
    }

    public void Start(long step)
    {
        (lastStep, startStep, epochStart, epochWaited) = (step, step, training.Elapsed, waited);
        training.Start();
        Sample(step);
    }

    public void Stop(long step)
    {
        lastStep = step;
        Sample(step);
        training.Stop();
    }

    public void Evaluated(TimeSpan took)
    {
        evaluation = took;
        evaluations += took;
    }

    /// <param name="total">How long the run has waited for pictures since it began.</param>
    public void Waited(TimeSpan total) => waited = total;

    /// <summary>Share of this epoch's training time in which the step waited for pictures; null when nothing was left of the epoch.</summary>
    public double? EpochWaitShare => training.Elapsed > epochStart ? (waited - epochWaited) / (training.Elapsed - epochStart) : null;

    /// <summary>Share of the run's time so far that went into evaluation.</summary>
    public double EvaluationShare => evaluations / (evaluations + training.Elapsed);

    /// <summary>Over this epoch, or over what was left of it when the run was resumed; null when nothing was left.</summary>
    public double? EpochStepsPerSecond => lastStep > startStep && training.Elapsed > epochStart ? (lastStep - startStep) / (training.Elapsed - epochStart).TotalSeconds : null;

    /// <summary>Seconds for what is left, or null before a first speed is known.</summary>
    public double? Eta(long steps, int evaluations) => StepsPerSecond > 0 ? steps / StepsPerSecond + evaluations * evaluation.TotalSeconds : null;

    private void Sample(long step)
    {
        window.Enqueue((training.Elapsed, step));
        while (window.Count > 2 && training.Elapsed - window.Peek().At > TimeSpan.FromSeconds(10))
            window.Dequeue();
        var (at, first) = window.Peek();
        if (training.Elapsed > at && step > first)
            StepsPerSecond = (step - first) / (training.Elapsed - at).TotalSeconds;
    }
}
