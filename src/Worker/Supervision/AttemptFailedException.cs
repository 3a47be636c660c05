namespace ContrastiveService.Worker.Supervision;

/// <summary>Tells the dashboard that this run of the job did not work. The job's own row already says so, and whether it is tried again.</summary>
internal sealed class AttemptFailedException(string reason) : Exception(reason);
