using Hangfire;

namespace ContrastiveService.Storage.Queue;

/// <summary>Which worker processes are alive, and what they serve.</summary>
public sealed class WorkerView(JobStorage storage, TimeProvider time)
{
    internal static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(10);

    // Hangfire keeps the row of a killed server for its long ServerTimeout; three missed heartbeats say it earlier.
    static readonly TimeSpan Silence = HeartbeatInterval * 3.5;

    /// <summary>Servers with a recent heartbeat.</summary>
    public IReadOnlyList<WorkerServer> Servers()
    {
        var oldest = time.GetUtcNow().UtcDateTime - Silence;
        return [.. from server in storage.GetMonitoringApi().Servers()
                   where server.Heartbeat > oldest
                   select new WorkerServer(server.Name, [.. server.Queues], server.WorkersCount, server.StartedAt, server.Heartbeat!.Value)];
    }

    /// <summary>Whether a live server takes jobs from this queue.</summary>
    public bool Serves(string queue) => Servers().Any(server => server.Queues.Contains(queue));
}
