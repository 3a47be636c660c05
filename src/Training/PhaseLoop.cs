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

/// <summary>One training from first to last step: batch → views → encoder → method → step → progress, and after every epoch evaluation and checkpoint.</summary>
internal sealed class PhaseLoop(TrainingPhase phase, ImageStore images, TrainingRun run, string scratch, ITrainingObserver observer)
{
    private readonly TrainingPlan plan = phase.Plan;
    private readonly RunEvaluator evaluator = new(phase.Plan, images, run);
    private readonly DomainEvaluator? domains = phase.Plan.Domains is null ? null : new(phase.Plan, images, run);
    private readonly Pace pace = new();
    private readonly Stopwatch sinceSave = Stopwatch.StartNew();
    private long savedStep = phase.Index > 0 ? 0 : -1; // the end of one phase is the beginning of the next

    /// <summary>Runs to the phase's end, or until it is asked to stop; then a checkpoint of where it stands has been given to the observer.</summary>
    public TrainingOutcome Run(Stream? checkpoint, CollectionTruce truce, CancellationToken stop)
    {
        try
        {
            if (checkpoint is not null)
                Resume(checkpoint);
            else
                Begin(stop);
            if (domains is not null && phase.Index == 0 && run.Step == 0)
                Keep(DomainReport.BeforeTraining, DomainReport.BeforeTraining, domains.Distances(stop));
            while (run.Epoch < plan.Epochs)
                TrainEpoch(truce, stop);
            return TrainingOutcome.Completed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (run.Step != savedStep)
                Save(null);
            return TrainingOutcome.Stopped;
        }
    }

    private void Begin(CancellationToken stop)
    {
        if (plan.Optimizer.Accumulate > 1 && plan.Method.AccumulationDiffers() is { } why)
            observer.Warning("accumulation", $"A step of {plan.Optimizer.Accumulate} micro-batches is not the step of one batch of {plan.BatchSize}: {why}.");
        if (plan.Optimizer.ChunkSize is { } chunk && run.Encoder.HasBatchNorm)
            observer.Warning("chunked-batch-norm", $"The batch norms of '{plan.Backbone.Type}' see at most {chunk} views at a time (optimizer.chunkSize), and not the whole batch: gradients are close to a large batch's, and not the same.");
        if (plan.Evaluation.EveryEpochs > 0)
            Evaluate(stop); // the untrained network, which training must beat
    }

    private void Resume(Stream checkpoint)
    {
        run.Restore(checkpoint);
        savedStep = run.Step;
    }

    private void TrainEpoch(CollectionTruce truce, CancellationToken stop)
    {
        run.Encoder.train();
        run.Method.train();
        var batches = run.Sampler.Epoch(run.Epoch);
        pace.Start(run.Step);
        while (run.StepInEpoch < batches.Count)
        {
            stop.ThrowIfCancellationRequested();
            Step(batches);
            if (run.StepInEpoch == batches.Count / 2 && plan.Evaluation.EveryEpochs > 0)
                LookForCollapse();
            truce.Rest();
            if (pace.ProgressIsDue)
                Progress("training");
            if (plan.Checkpoints.EveryMinutes > 0 && sinceSave.Elapsed.TotalMinutes >= plan.Checkpoints.EveryMinutes)
                Save(null);
        }

        pace.Waited(run.Waited);
        pace.Stop(run.Step);
        var evaluated = Evaluated(run.Epoch + 1) ? Evaluate(stop) : null;
        if (run.Epoch + 1 == plan.Epochs && domains is not null)
            Conclude(domains.Conclude(stop));
        EndEpoch(evaluated);
    }

    private void Step(IReadOnlyList<long[]> batches)
    {
        using var scope = NewDisposeScope();
        var losses = new List<Tensor>();
        Batch? last = null;
        foreach (var batch in run.Micro(batches))
        {
            using var micro = NewDisposeScope();
            var loss = run.Method.Loss(batch);
            (plan.Optimizer.Accumulate == 1 ? loss : loss / plan.Optimizer.Accumulate).backward();
            run.Encoder.Backpropagate();
            losses.Add(loss.detach().MoveToOuterDisposeScope());
            last = batch;
        }

        var mean = losses.Count == 1 ? losses[0] : stack(losses).mean();
        var learningRate = run.LearningRate;
        var due = (run.Step + 1) % plan.Evaluation.MetricsEverySteps == 0;
        var gradientNorm = due || plan.Optimizer.ClipNorm is not null ? run.Optimizer.Clip() : null;
        run.Optimizer.Step(learningRate);
        run.Optimizer.ZeroGrad();
        run.Advance(mean);
        using (no_grad())
            run.Method.AfterStep(run.Step);
        if (due)
            ReportStep(mean, learningRate, gradientNorm!, last!);
    }

    private void ReportStep(Tensor loss, double learningRate, Tensor gradientNorm, Batch batch)
    {
        var points = new List<Metric> { Point("loss", loss.ToDouble()), Point("learningRate", learningRate), Point("gradientNorm", gradientNorm.ToDouble()) };
        foreach (var (name, value) in batch.Reports)
            points.Add(Point(name, value.ToDouble()));
        MustBeFinite(points);
        run.LastLoss = points[0].Value;
        observer.Metrics(points);
    }

    private void EndEpoch(EvaluationResult? evaluated)
    {
        var loss = run.EndEpoch();
        List<Metric> points = [Point("epochLoss", loss)];
        MustBeFinite(points);
        run.LastLoss = loss;
        if (pace.EpochStepsPerSecond is { } speed)
            points.Add(Point("imagesPerSecond", speed * plan.BatchSize));
        if (pace.EpochWaitShare is { } share)
            points.Add(Point("dataWaitShare", share));
        if (plan.Evaluation.EveryEpochs > 0)
            points.Add(Point("evaluationShare", pace.EvaluationShare));
        observer.Metrics(points);
        var verdict = evaluated is null ? null : run.Watch.Observe(evaluated.FeatureStd, evaluated.EffectiveRank, run.Encoder.Width);
        // With two domains nothing that may be looked at says which epoch suits the target best: the last one is kept.
        if (run.Epoch % plan.Checkpoints.EveryEpochs == 0 || run.Epoch == plan.Epochs)
            Save(plan.Domains is null ? evaluated?.KnnTop1 : null);
        Progress("training");
        Judge(verdict);
    }

    /// <summary>Half an epoch after the last evaluation, so that a collapse is known within an epoch. Not to be interrupted: a resumed run could not tell.</summary>
    private void LookForCollapse()
    {
        var (std, rank) = evaluator.Shape(CancellationToken.None);
        run.Encoder.train();
        List<Metric> points = [Point("featureStd", std), Point("effectiveRank", rank)];
        observer.Metrics([.. points.Where(p => double.IsFinite(p.Value))]);
        Judge(run.Watch.Observe(std, rank, run.Encoder.Width));
    }

    private void Judge(CollapseVerdict? verdict)
    {
        if (verdict is null)
            return;
        var message = plan.Method.CollapseCause() is { } cause ? $"{verdict.Message} With this method: {cause}." : verdict.Message;
        observer.Warning("collapse", message);
        if (plan.OnCollapse == CollapseAction.Stop)
            throw new TrainingFailedException(message);
    }

    private EvaluationResult Evaluate(CancellationToken stop)
    {
        Progress("evaluating");
        var clock = Stopwatch.StartNew();
        var result = evaluator.Evaluate(stop);
        var values = domains is null ? result.Values : result.Values.Concat(domains.Evaluate(stop));
        pace.Evaluated(clock.Elapsed);
        run.KnnTop1 = result.KnnTop1;
        observer.Metrics([.. values.Where(v => double.IsFinite(v.Value)).Select(v => Point(v.Key, v.Value))]);
        Progress("evaluating");
        return result;
    }

    private void Conclude(IReadOnlyDictionary<string, double> found)
    {
        Keep(phase.Prefix, $"{phase.Prefix}final.", found);
        if (phase.Index == phase.Count - 1 && DomainReport.GapCoveredBy(run.Before.Results) is { } covered)
            Keep("", "final.", new Dictionary<string, double> { ["gapCovered"] = covered });
    }

    /// <summary>What a phase came to goes with every later checkpoint, and so into the model's card.</summary>
    private void Keep(string prefix, string metricPrefix, IReadOnlyDictionary<string, double> found)
    {
        foreach (var (name, value) in found)
            run.Before.Results[prefix + name] = value;
        observer.Metrics([.. found.Select(f => new Metric(metricPrefix + f.Key, run.Before.Steps + run.Step, f.Value))]);
    }

    private bool Evaluated(int epoch) =>
        plan.Evaluation.EveryEpochs > 0 && (epoch % plan.Evaluation.EveryEpochs == 0 || epoch == plan.Epochs);

    private void Save(double? score)
    {
        var path = Path.Combine(scratch, $"{Guid.NewGuid():n}.checkpoint");
        using (var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
            run.Save(stream);
        savedStep = run.Step;
        sinceSave.Restart();
        observer.Checkpoint(new CheckpointFile(path, run.Before.Epochs + run.Epoch, run.Before.Steps + run.Step, score));
    }

    private void Progress(string doing)
    {
        var evaluations = plan.Evaluation.EveryEpochs == 0 ? 0 : (plan.Epochs - run.Epoch + plan.Evaluation.EveryEpochs - 1) / plan.Evaluation.EveryEpochs;
        var later = phase.Count - phase.Index - 1;
        var left = (later * run.TotalSteps) + run.TotalSteps - run.Step;
        observer.Progress(new(
            run.Before.Epochs + run.Epoch, plan.Epochs * phase.Count, run.Before.Steps + run.Step, run.Before.Steps + run.Step + left, run.LastLoss, run.KnnTop1,
            pace.StepsPerSecond * plan.BatchSize, pace.Eta(left, evaluations), phase.Count == 1 ? doing : $"{doing}, {phase.Name}"));
    }

    private Metric Point(string name, double value) => new(phase.Prefix + name, run.Before.Steps + run.Step, value);

    private void MustBeFinite(List<Metric> points)
    {
        if (points.FirstOrDefault(p => !double.IsFinite(p.Value)) is { Name: not null } bad)
        {
            throw new TrainingFailedException(
                $"{bad.Name} became {bad.Value} at step {bad.Step}. The usual cause is too large a learning rate (optimizer.learningRate is {plan.Optimizer.LearningRate}); "
                + "make it smaller, or warm up longer (schedule.warmupEpochs).");
        }
    }
}
