namespace ContrastiveService.Storage.Queue;

/// <summary>The Hangfire queues that training jobs go through: one for each kind of device.</summary>
public static class QueueName
{
    public const string Cpu = "cpu";
    public const string Gpu = "gpu";
}
