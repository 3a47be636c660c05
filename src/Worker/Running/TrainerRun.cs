using ContrastiveService.Storage;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Models;
using ContrastiveService.Storage.Weights;
using ContrastiveService.Training;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Native;
using ContrastiveService.Training.Weights;
using ContrastiveService.Worker.Supervision;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace ContrastiveService.Worker.Running;

/// <summary>A job, from top to bottom: plan → decoded pictures → last checkpoint → training → model version.</summary>
internal sealed class TrainerRun(
    TrainingJobStore jobs, JobLeaseStore leases, JobEventStore events, MetricStore metrics, CheckpointStore checkpoints, ModelStore models, WeightsStore weights,
    DecodedCache cache, TrainerVoice voice, IOptions<WorkerOptions> options, TimeProvider clock)
{
    /// <summary>Blocks until the job is done or was asked to stop. To be called on the thread that is to train.</summary>
    /// <returns><see cref="TrainerExit.Completed"/> or <see cref="TrainerExit.Stopped"/>.</returns>
    public int Execute(TrainerArguments arguments, CancellationToken stop)
    {
        var lease = arguments.Lease;
        var job = Wait(jobs.GetAsync(lease.JobId, CancellationToken.None)) ?? throw new NotFoundException($"There is no job {lease.JobId}.");
        var plan = TrainingPlan.FromJson(job.Plan);
        var record = new JobRecord(lease, metrics, checkpoints, events, leases, plan.Checkpoints.Keep, voice, clock);
        try
        {
            using var images = Wait(cache.OpenAsync(job, plan, record, stop));
            var device = Compute.Choose(plan.Device.ToString().ToLowerInvariant());
            record.Device = device.type == DeviceType.CPU ? "cpu" : "gpu";
            // Only now: threads that this one starts from here on share its processor.
            Compute.UseThreads(Math.Max(1, options.Value.Threads), options.Value.PinThreads);
            if (Train(lease, plan, images, device, arguments.WorkPath, record, stop) == TrainingOutcome.Stopped)
                return TrainerExit.Stopped;
            Register(lease, plan, images, device, stop);
            return TrainerExit.Completed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return TrainerExit.Stopped;
        }
    }

    private TrainingOutcome Train(
        JobLease lease, TrainingPlan plan, ImageStore images, torch.Device device, string workPath, JobRecord record, CancellationToken stop)
    {
        using var halt = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var latest = Wait(checkpoints.LatestAsync(lease.JobId, CancellationToken.None));
        voice.Log(LogLevel.Information, latest is null ? $"Training on the {record.Device}" : $"Going on from step {latest.Step} on the {record.Device}");
        var writer = new ProgressWriter(record, voice, clock, onFailure: halt.Cancel);
        try
        {
            using var content = latest is null ? null : Wait(checkpoints.OpenReadAsync(latest.Id, CancellationToken.None));
            var pretrained = Pretrained(plan, report => Wait(record.NoteAsync(report)));
            return new Trainer(plan, images, device, workPath, writer, pretrained).Run(content, halt.Token);
        }
        finally
        {
            // Where the writer failed it halted the run, and its exception is the reason that counts.
            Wait(writer.CompleteAsync());
        }
    }

    private void Register(JobLease lease, TrainingPlan plan, ImageStore images, torch.Device device, CancellationToken stop)
    {
        voice.Alive("judging the best checkpoint");
        var best = Wait(checkpoints.BestAsync(lease.JobId, CancellationToken.None)) ?? throw new NotFoundException($"Job {lease.JobId} ended without a checkpoint.");
        using var content = Wait(checkpoints.OpenReadAsync(best.Id, CancellationToken.None));
        var card = ModelCardWriter.Write(plan, content, images, device, Pretrained(plan, null), stop);
        if (Wait(models.RegisterAsync(lease, plan.Name, best.Id, plan.ToJson(), card.ToJson(), card.Width, CancellationToken.None)) is not { } version)
            throw new LeaseLostException();
        voice.Log(LogLevel.Information, $"Registered {version.Model}:{version.Version}, kNN top-1 {card.KnnTop1:0.0000} from {card.KnnTop1Init:0.0000} on {card.EvaluatedOn}");
    }

    private PretrainedWeights? Pretrained(TrainingPlan plan, Action<WeightsReport>? loaded) => plan.Backbone.Pretrained is { } name
        ? new PretrainedWeights(name, () => Wait(weights.OpenReadAsync(name, CancellationToken.None)), loaded)
        : null;

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Wait(Task task) => task.GetAwaiter().GetResult();
}
