using ContrastiveService.Storage.Jobs;
using Hangfire.Server;
using Hangfire.States;
using Microsoft.Extensions.Logging;

namespace ContrastiveService.Worker.Supervision;

/// <summary>
/// Makes "delete" in the queue's dashboard a cancel of the job that runs. The queue's token fires for other reasons as well, a shutdown or a server that
/// is believed dead; those are not the owner's wish and change nothing here.
/// </summary>
internal sealed partial class DashboardDeletion(TrainingJobStore jobs, ILogger<DashboardDeletion> log)
{
    /// <summary>Returns once the token fired and was looked into, or the job is over.</summary>
    public async Task WatchAsync(Guid jobId, PerformContext? context, CancellationToken queueToken, CancellationToken over)
    {
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onFired = queueToken.Register(() => fired.TrySetResult());
        await using var onOver = over.Register(() => fired.TrySetResult());
        await fired.Task;
        if (over.IsCancellationRequested || context?.Connection.GetStateData(context.BackgroundJob.Id)?.Name != DeletedState.StateName)
            return;
        // Only the delivery that the row counts on: one that was replaced, after a stall or a crash, is deleted by us and means nothing.
        if ((await jobs.GetAsync(jobId, CancellationToken.None))?.HangfireId != context.BackgroundJob.Id)
            return;
        LogDeleted(jobId);
        await jobs.RequestCancelAsync(jobId, CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId} was deleted in the dashboard: cancelling it")]
    private partial void LogDeleted(Guid jobId);
}
