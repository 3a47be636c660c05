using Hangfire;
using Hangfire.Server;

namespace ContrastiveService.Storage.Queue;

/// <summary>
/// What Hangfire calls in a worker process when it delivers a training job. A delivery is a hint: the runner claims the row first and returns when the
/// claim fails.
/// </summary>
public interface ITrainingJobRunner
{
    /// <summary>Runs until the job ends or <paramref name="cancellationToken"/> fires; then it rethrows, because a normal return would count as done.</summary>
    [JobDisplayName("train {0}")]
    [AutomaticRetry(Attempts = 0)]
    Task RunAsync(Guid jobId, PerformContext? context, CancellationToken cancellationToken);
}
