using System.Diagnostics;
using ContrastiveService.Training.Checkpoints;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Methods;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training;

/// <summary>
/// The loop: batch → views → encoder → method → step → progress. It runs on the thread that calls it from start to end, because dispose scopes and grad mode
/// belong to a thread. On the CPU a resumed run's losses are bit-identical to those of a run that was never interrupted.
/// </summary>
/// <param name="plan">What to do.</param>
/// <param name="images">The data set, decoded at the plan's size and channels.</param>
/// <param name="device">Where.</param>
/// <param name="scratch">A folder for checkpoints on their way to the observer.</param>
/// <param name="observer">Who hears of it.</param>
public sealed class Trainer(TrainingPlan plan, ImageStore images, Device device, string scratch, ITrainingObserver observer)
{
    private readonly Pace pace = new();
    private readonly Stopwatch sinceSave = Stopwatch.StartNew();
    private long savedStep = -1;

    /// <summary>Runs to the end, or until it is asked to stop.</summary>
    /// <param name="checkpoint">The state to go on from (seekable), or null to start.</param>
    /// <param name="stop">Asks for a checkpoint and an early return.</param>
    /// <exception cref="TrainingFailedException">The loss is no longer a number, or the features collapsed and the plan says to stop.</exception>
    /// <exception cref="Weights.WeightsException">The checkpoint cannot be read.</exception>
    public TrainingOutcome Run(Stream? checkpoint, CancellationToken stop)
    {
        using var truce = new CollectionTruce();
        using var run = new TrainingRun(plan, images, device);
        var evaluator = new RunEvaluator(plan, images, run);
        try
        {
            if (checkpoint is not null)
                Resume(run, checkpoint);
            else if (plan.Evaluation.EveryEpochs > 0)
                Evaluate(run, evaluator, stop); // the untrained network, which training must beat
            while (run.Epoch < plan.Epochs)
                TrainEpoch(run, evaluator, truce, stop);
            return TrainingOutcome.Completed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (run.Step != savedStep)
                Save(run, null);
            return TrainingOutcome.Stopped;
        }
    }

    private void Resume(TrainingRun run, Stream checkpoint)
    {
        run.Restore(checkpoint);
        savedStep = run.Step;
    }

    private void TrainEpoch(TrainingRun run, RunEvaluator evaluator, CollectionTruce truce, CancellationToken stop)
    {
        run.Encoder.train();
        run.Method.train();
        var batches = run.Sampler.Epoch(run.Epoch);
        pace.Start(run.Step);
        while (run.StepInEpoch < batches.Count)
        {
            stop.ThrowIfCancellationRequested();
            Step(run, batches[run.StepInEpoch]);
            truce.Rest();
            if (pace.ProgressIsDue)
                Progress(run, "training");
            if (plan.Checkpoints.EveryMinutes > 0 && sinceSave.Elapsed.TotalMinutes >= plan.Checkpoints.EveryMinutes)
                Save(run, null);
        }

        pace.Stop(run.Step);
        var evaluated = Evaluated(run.Epoch + 1) ? Evaluate(run, evaluator, stop) : null;
        EndEpoch(run, evaluated);
    }

    private void Step(TrainingRun run, long[] positions)
    {
        using var scope = NewDisposeScope();
        using var pixels = images.Gather(Array.ConvertAll(positions, p => run.Splits.Train[p])).to(device); // (B, C, S, S) uint8
        var views = new Tensor[run.Needs.Views];
        for (var v = 0; v < views.Length; v++)
        {
            using var random = new Generator((ulong)new SeededRandom(plan.Seed, $"view {v}", run.Step).NextSeed());
            views[v] = run.Views.Make(pixels, random);
        }

        // What a method draws by itself depends on the step, as everything random does.
        manual_seed(new SeededRandom(plan.Seed, "step", run.Step).NextSeed());
        var labels = run.Needs.Labels == LabelUse.Ignored ? null : tensor(Array.ConvertAll(positions, p => run.Labels[p]), device: device);
        var batch = new Batch(views, labels, tensor(positions, device: device));
        var loss = run.Method.Loss(batch);
        loss.backward();
        var learningRate = run.LearningRate;
        run.Optimizer.Step(learningRate);
        run.Optimizer.ZeroGrad();
        run.Advance(loss);
        using (no_grad())
            run.Method.AfterStep((double)run.Step / run.TotalSteps);
        if (run.Step % plan.Evaluation.MetricsEverySteps == 0)
            ReportStep(run, loss, learningRate, batch);
    }

    private void ReportStep(TrainingRun run, Tensor loss, double learningRate, Batch batch)
    {
        var points = new List<Metric> { new("loss", run.Step, loss.ToDouble()), new("learningRate", run.Step, learningRate) };
        foreach (var (name, value) in batch.Reports)
            points.Add(new(name, run.Step, value.ToDouble()));
        MustBeFinite(points, run.Step);
        run.LastLoss = points[0].Value;
        observer.Metrics(points);
    }

    private void EndEpoch(TrainingRun run, EvaluationResult? evaluated)
    {
        var loss = run.EndEpoch();
        List<Metric> points = [new("epochLoss", run.Step, loss)];
        MustBeFinite(points, run.Step);
        run.LastLoss = loss;
        if (pace.EpochStepsPerSecond is { } speed)
            points.Add(new("imagesPerSecond", run.Step, speed * plan.BatchSize));
        observer.Metrics(points);
        var verdict = evaluated is null ? null : run.Watch.Observe(evaluated.FeatureStd, evaluated.EffectiveRank, run.Encoder.Width);
        if (run.Epoch % plan.Checkpoints.EveryEpochs == 0 || run.Epoch == plan.Epochs)
            Save(run, evaluated?.KnnTop1);
        Progress(run, "training");
        if (verdict is not null)
            observer.Warning("collapse", verdict.Message);
        if (verdict is not null && plan.OnCollapse == CollapseAction.Stop)
            throw new TrainingFailedException(verdict.Message);
    }

    private EvaluationResult Evaluate(TrainingRun run, RunEvaluator evaluator, CancellationToken stop)
    {
        Progress(run, "evaluating");
        var clock = Stopwatch.StartNew();
        var result = evaluator.Evaluate(stop);
        pace.Evaluated(clock.Elapsed);
        run.KnnTop1 = result.KnnTop1;
        observer.Metrics([.. result.Values.Where(v => double.IsFinite(v.Value)).Select(v => new Metric(v.Key, run.Step, v.Value))]);
        Progress(run, "evaluating");
        return result;
    }

    private bool Evaluated(int epoch) =>
        plan.Evaluation.EveryEpochs > 0 && (epoch % plan.Evaluation.EveryEpochs == 0 || epoch == plan.Epochs);

    private void Save(TrainingRun run, double? score)
    {
        var path = Path.Combine(scratch, $"{Guid.NewGuid():n}.checkpoint");
        using (var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
            run.Save(stream);
        savedStep = run.Step;
        sinceSave.Restart();
        observer.Checkpoint(new CheckpointFile(path, run.Epoch, run.Step, score));
    }

    private void Progress(TrainingRun run, string phase)
    {
        var evaluations = plan.Evaluation.EveryEpochs == 0 ? 0 : (plan.Epochs - run.Epoch + plan.Evaluation.EveryEpochs - 1) / plan.Evaluation.EveryEpochs;
        observer.Progress(new(run.Epoch, plan.Epochs, run.Step, run.TotalSteps, run.LastLoss, run.KnnTop1,
            pace.StepsPerSecond * plan.BatchSize, pace.Eta(run.TotalSteps - run.Step, evaluations), phase));
    }

    private void MustBeFinite(List<Metric> points, long step)
    {
        if (points.FirstOrDefault(p => !double.IsFinite(p.Value)) is { Name: not null } bad)
            throw new TrainingFailedException(
                $"{bad.Name} became {bad.Value} at step {step}. The usual cause is too large a learning rate (optimizer.learningRate is {plan.Optimizer.LearningRate}); "
                + "make it smaller, or warm up longer (schedule.warmupEpochs).");
    }
}
