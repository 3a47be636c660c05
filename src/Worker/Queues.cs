using ContrastiveService.Storage.Queue;
using ContrastiveService.Training.Native;

namespace ContrastiveService.Worker;

/// <summary>Which queues a worker serves.</summary>
internal static class Queues
{
    /// <summary>The configured queues; where none are, the one for this machine's best device.</summary>
    /// <exception cref="ArgumentException">A name that is not a queue.</exception>
    public static IReadOnlyList<string> Of(WorkerOptions options)
    {
        var asked = options.Queues.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (asked.FirstOrDefault(queue => queue is not (QueueName.Cpu or QueueName.Gpu)) is { } unknown)
            throw new ArgumentException($"Worker__Queues names '{unknown}'; the queues are '{QueueName.Cpu}' and '{QueueName.Gpu}'.");
        return asked.Length > 0 ? asked : [Compute.HasGpu ? QueueName.Gpu : QueueName.Cpu];
    }
}
