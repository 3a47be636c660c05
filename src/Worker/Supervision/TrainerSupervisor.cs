using ContrastiveService.Storage.Jobs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContrastiveService.Worker.Supervision;

/// <summary>Stays with one running trainer: renews the lease, looks every second whether the job is still wanted and still ours, and ends the trainer when it must.</summary>
internal sealed partial class TrainerSupervisor(
    JobLeaseStore leases, IOptions<WorkerOptions> options, IHostApplicationLifetime life, TimeProvider clock, ILogger<TrainerSupervisor> log)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1), LastMoments = TimeSpan.FromSeconds(5);
    private readonly TimeSpan _lease = TimeSpan.FromSeconds(options.Value.LeaseSeconds);

    /// <summary>Returns when the process is gone.</summary>
    /// <returns>Its exit code, and why we ended it if we did.</returns>
    public async Task<(int ExitCode, StopReason Reason)> WatchAsync(JobLease lease, TrainerChild trainer)
    {
        var reason = StopReason.None;
        var (renewed, asked) = (clock.GetTimestamp(), 0L);
        while (!trainer.Exited.IsCompleted)
        {
            var renew = clock.GetElapsedTime(renewed) > _lease / 6;
            renewed = renew ? clock.GetTimestamp() : renewed;
            var now = await ReasonToStopAsync(lease, trainer, renew);
            if (now == StopReason.LeaseLost)
                await Task.WhenAny(trainer.Exited, Task.Delay(LastMoments, clock));
            else if (reason == StopReason.None && now is StopReason.Cancel or StopReason.HandBack)
            {
                LogStopping(trainer.Id, lease.JobId, now);
                (reason, asked) = (now, clock.GetTimestamp());
                await trainer.RequestStopAsync();
            }

            var late = asked != 0 && clock.GetElapsedTime(asked) > TimeSpan.FromSeconds(options.Value.StopSeconds);
            if (!trainer.Exited.IsCompleted && (late || now is StopReason.LeaseLost or StopReason.Stalled))
            {
                reason = late ? reason : now;
                LogKilling(trainer.Id, lease.JobId, reason);
                trainer.Kill();
                break;
            }

            await NextLookAsync(trainer, wakeOnShutdown: reason == StopReason.None);
        }

        return (await trainer.Exited, reason);
    }

    private async Task<StopReason> ReasonToStopAsync(JobLease lease, TrainerChild trainer, bool renew)
    {
        if (trainer.SilentFor > TimeSpan.FromSeconds(options.Value.StallSeconds))
            return StopReason.Stalled;
        try
        {
            var state = renew ? await leases.RenewAsync(lease, _lease, CancellationToken.None) : await leases.CheckAsync(lease, CancellationToken.None);
            if (!state.StillMine)
                return StopReason.LeaseLost;
            if (state.CancelRequested)
                return StopReason.Cancel;
        }
        catch (NpgsqlException e)
        {
            // While the database is away nobody can take the job from us either. The fence decides when it is back.
            LogRenewalFailed(lease.JobId, e.Message);
        }

        return life.ApplicationStopping.IsCancellationRequested ? StopReason.HandBack : StopReason.None;
    }

    private async Task NextLookAsync(TrainerChild trainer, bool wakeOnShutdown)
    {
        using var wake = CancellationTokenSource.CreateLinkedTokenSource(wakeOnShutdown ? life.ApplicationStopping : CancellationToken.None);
        await Task.WhenAny(trainer.Exited, Task.Delay(LookEvery, clock, wake.Token));
        await wake.CancelAsync();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Asking trainer {Pid} of job {JobId} for a checkpoint and an end: {Reason}")]
    private partial void LogStopping(int pid, Guid jobId, StopReason reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Ending trainer {Pid} of job {JobId} at once: {Reason}")]
    private partial void LogKilling(int pid, Guid jobId, StopReason reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of job {JobId} could not be renewed, trying again: {Reason}")]
    private partial void LogRenewalFailed(Guid jobId, string reason);
}
