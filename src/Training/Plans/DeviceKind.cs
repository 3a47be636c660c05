namespace ContrastiveService.Training.Plans;

/// <summary>Where a job runs, which is also the queue it waits in.</summary>
public enum DeviceKind
{
    /// <summary>A GPU where a worker offers one, else the CPU.</summary>
    Auto,
    Cpu,
    Gpu,
}
