namespace ContrastiveService.Storage.Queue;

/// <summary>A live Hangfire server. Times are UTC.</summary>
public sealed record WorkerServer(string Name, IReadOnlyList<string> Queues, int Slots, DateTime StartedAt, DateTime Heartbeat);
