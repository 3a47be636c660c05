namespace ContrastiveService.Storage.Jobs;

/// <summary>
/// The right to write for a job. Every write names the fence; once another worker claimed the job, or it left the running state, writes with this one do
/// nothing.
/// </summary>
public sealed record JobLease(Guid JobId, long Fence, int Attempt, string Worker)
{
    internal bool Holds(TrainingJob job) => job.State == JobState.Running && job.Fence == Fence;
}
