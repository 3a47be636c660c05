namespace ContrastiveService.Worker;

/// <summary>Who holds a lease: readable for people, never the same for two workers, not even for two containers with the same process id.</summary>
internal sealed record WorkerIdentity(string Name)
{
    public static WorkerIdentity OfThisProcess() =>
        new($"{Environment.MachineName.ToLowerInvariant()}:{Environment.ProcessId}:{Guid.NewGuid().ToString("N")[..6]}");
}
