using System.ComponentModel.DataAnnotations;
using ContrastiveService.Storage.Queue;

namespace ContrastiveService.Worker;

/// <summary>Configuration section <c>Worker</c> (environment: <c>Worker__LeaseSeconds=30</c>).</summary>
public sealed class WorkerOptions : IValidatableObject
{
    public const string Section = "Worker";

    /// <summary>Queues to serve, comma-separated (<c>cpu</c>, <c>gpu</c>). Empty: <c>gpu</c> where CUDA is present, <c>cpu</c> elsewhere.</summary>
    public string Queues { get; set; } = "";

    /// <summary>Folder for decoded data sets and for what a running trainer writes on its way to the database.</summary>
    [Required]
    public string CachePath { get; set; } = Path.Combine(Path.GetTempPath(), "contrastive-service");

    /// <summary>Disk space for decoded data sets, in bytes: those used longest ago make room for others. What running jobs use is kept, whatever it takes.</summary>
    [Range(0, long.MaxValue)]
    public long CacheBytes { get; set; } = 50L << 30;

    /// <summary>Compute threads of a trainer; 0 takes all processors.</summary>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>Whether a trainer's compute threads are bound to processors.</summary>
    public bool PinThreads { get; set; } = true;

    /// <summary>How long a job stays ours without renewal, in seconds. A dead worker is noticed after this.</summary>
    [Range(2, 3600)]
    public double LeaseSeconds { get; set; } = 30;

    /// <summary>A trainer that reports nothing for this long, in seconds, is ended and its job tried again.</summary>
    [Range(5, 86400)]
    public double StallSeconds { get; set; } = 1800;

    /// <summary>How long a trainer may take to write its checkpoint when asked to stop, in seconds. Must be below the host's 75 s.</summary>
    [Range(1, 60)]
    public double StopSeconds { get; set; } = 45;

    /// <summary>File touched while this worker is alive and reaches the database; none when empty. For a container's health check.</summary>
    public string HealthFile { get; set; } = "";

    /// <summary><see cref="Queues"/>, one by one; none when empty.</summary>
    public IReadOnlyList<string> QueueNames => Queues.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var unknown in QueueNames.Where(name => name is not (QueueName.Cpu or QueueName.Gpu)))
            yield return new($"Worker__Queues names '{unknown}'; the queues are '{QueueName.Cpu}' and '{QueueName.Gpu}'.", [nameof(Queues)]);
    }
}
