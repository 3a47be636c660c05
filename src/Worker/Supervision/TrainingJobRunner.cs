using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Queue;
using Hangfire.Server;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Worker.Supervision;

/// <summary>
/// What Hangfire calls. The queue is only the trigger: a job runs when its row can be claimed, and every way in which a trainer can end
/// becomes the row's next state here.
/// </summary>
internal sealed partial class TrainingJobRunner(
    JobLeaseStore leases, TrainerSupervisor supervisor, DashboardDeletion deletion, WorkFolder work, WorkerIdentity me,
    TrainerCommand command, IOptions<WorkerOptions> options, TimeProvider clock, ILogger<TrainingJobRunner> log) : ITrainingJobRunner
{
    public async Task RunAsync(Guid jobId, PerformContext? context, CancellationToken cancellationToken)
    {
        using var scope = log.BeginScope(new Dictionary<string, object> { ["JobId"] = jobId });
        if (await leases.ClaimAsync(jobId, me.Name, TimeSpan.FromSeconds(options.Value.LeaseSeconds), cancellationToken) is not { } lease)
        {
            LogNotOurs(jobId);
            return;
        }

        using var over = new CancellationTokenSource();
        var watch = deletion.WatchAsync(jobId, context, cancellationToken, over.Token);
        try
        {
            await RunAsync(lease);
        }
        finally
        {
            await over.CancelAsync();
            await watch;
        }
    }

    private async Task RunAsync(JobLease lease)
    {
        using var folder = work.ForJob(lease);
        using var trainer = TrainerChild.Start(command.For(lease, folder.Path), clock, message => LogTrainer(message.Level, message.Text));
        LogStarted(trainer.Id, lease.JobId, lease.Attempt);
        var (exitCode, reason) = await supervisor.WatchAsync(lease, trainer);
        LogEnded(trainer.Id, lease.JobId, exitCode, reason);
        await ConcludeAsync(lease, trainer, exitCode, reason);
    }

    private async Task ConcludeAsync(JobLease lease, TrainerChild trainer, int exitCode, StopReason reason)
    {
        switch (exitCode, reason)
        {
            case (TrainerExit.Completed or TrainerExit.LeaseLost, _) or (_, StopReason.LeaseLost):
                return;
            case (TrainerExit.Failed, _):
                var error = trainer.Error ?? TrainerExit.Describe(exitCode, trainer.LastWords);
                if (await leases.FailAsync(lease, error, CancellationToken.None))
                    throw new AttemptFailedException(error);
                return;
            case (_, StopReason.Cancel):
                await leases.CancelledAsync(lease, CancellationToken.None);
                return;
            case (_, StopReason.HandBack):
                await leases.HandBackAsync(lease, CancellationToken.None);
                return;
        }

        var crash = reason == StopReason.Stalled
            ? $"the trainer process said nothing for {options.Value.StallSeconds:0} s and was ended"
            : TrainerExit.Describe(exitCode, trainer.LastWords);
        LogCrashed(lease.JobId, lease.Attempt, crash);
        if (await leases.RetryAsync(lease, crash, CancellationToken.None))
            throw new AttemptFailedException(crash);
    }

    [LoggerMessage(Message = "Trainer: {Text}")]
    private partial void LogTrainer(LogLevel level, string text);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId} is not to be claimed: finished, cancelled, or another worker has it")]
    private partial void LogNotOurs(Guid jobId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Trainer {Pid} runs job {JobId}, attempt {Attempt}")]
    private partial void LogStarted(int pid, Guid jobId, int attempt);

    [LoggerMessage(Level = LogLevel.Information, Message = "Trainer {Pid} of job {JobId} ended with exit code {ExitCode}; asked to: {Reason}")]
    private partial void LogEnded(int pid, Guid jobId, int exitCode, StopReason reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Attempt {Attempt} of job {JobId} crashed: {Error}")]
    private partial void LogCrashed(Guid jobId, int attempt, string error);
}
