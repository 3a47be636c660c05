namespace ContrastiveService.Storage;

/// <summary>The job's state does not allow what was asked, such as resuming a job that succeeded.</summary>
public sealed class JobStateException(string message) : Exception(message);
