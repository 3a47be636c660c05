using Hangfire;
using Hangfire.Server;

namespace ContrastiveService.Storage.Queue;

/// <summary>
/// What Hangfire calls in a worker process when it delivers a training job. A delivery is a hint: the runner claims the row first and returns when the
/// claim fails.
/// </summary>
public interface ITrainingJobRunner
{
    /// <summary>
    /// Runs until the row says how the attempt ended. What Hangfire makes of the return is for its dashboard only; a row left as running is found by the reaper.
    /// </summary>
    [JobDisplayName("train {0}")]
    [AutomaticRetry(Attempts = 0)]
    Task RunAsync(Guid jobId, PerformContext? context, CancellationToken cancellationToken);
}
