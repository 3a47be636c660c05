namespace ContrastiveService.Storage.Jobs;

/// <summary>The states of a <see cref="TrainingJob"/>.</summary>
public static class JobState
{
    public const string Queued = "queued";
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
}
