namespace ContrastiveService.Storage.Queue;

/// <summary>A live Hangfire server.</summary>
public sealed record WorkerServer(string Name, IReadOnlyList<string> Queues, int Slots, DateTime? StartedAt, DateTime Heartbeat);
