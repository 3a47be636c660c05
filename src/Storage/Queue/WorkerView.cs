using Hangfire;

namespace ContrastiveService.Storage.Queue;

/// <summary>Which worker processes are alive, and what they serve.</summary>
public sealed class WorkerView(JobStorage storage, TimeProvider time)
{
    /// <summary>Servers with a recent heartbeat.</summary>
    public IReadOnlyList<WorkerServer> Servers() => throw new NotImplementedException();

    /// <summary>Whether a live server takes jobs from this queue.</summary>
    public bool Serves(string queue) => throw new NotImplementedException();
}
