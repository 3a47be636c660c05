using System.Diagnostics;
using System.Globalization;
using ContrastiveService.Storage.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Worker.Supervision;

/// <summary>How a trainer process is started: this very program in another mode, with what must be in its environment before it starts.</summary>
internal sealed class TrainerCommand(IConfiguration configuration, IOptions<WorkerOptions> options)
{
    /// <summary>The first argument.</summary>
    public const string Mode = "train";

    public ProcessStartInfo For(JobLease lease, string workPath)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("This process does not know its own program.");
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(typeof(TrainerCommand).Assembly.Location);
        string[] arguments =
        [
            Mode, "--job", lease.JobId.ToString(), "--fence", Text(lease.Fence), "--attempt", Text(lease.Attempt),
            "--worker", lease.Worker, "--work-path", Path.GetFullPath(workPath),
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        Prepare(start.Environment);
        return start;
    }

    private void Prepare(IDictionary<string, string?> environment)
    {
        var threads = options.Value.Threads > 0 ? options.Value.Threads : Environment.ProcessorCount;

        // Not in the arguments: everybody on the machine may read those.
        environment["ConnectionStrings__Default"] = configuration.GetConnectionString("Default");
        environment["Worker__CachePath"] = Path.GetFullPath(options.Value.CachePath);
        environment["Worker__CacheBytes"] = Text(options.Value.CacheBytes);
        environment["Worker__Threads"] = Text(threads);
        environment["Worker__PinThreads"] = options.Value.PinThreads.ToString();
        environment["OMP_NUM_THREADS"] = Text(threads);

        // glibc gives large blocks back to the kernel at once and faults them in again on the next step; keeping them trains 1.2 to 1.6 times as fast.
        environment["MALLOC_MMAP_THRESHOLD_"] = Text(2L << 30);
        environment["MALLOC_TRIM_THRESHOLD_"] = Text(8L << 30);
        environment["MALLOC_TOP_PAD_"] = Text(256L << 20);
        // One heap for all threads: a thread's own is made of pieces of 64 MiB, which a step's large maps leave in tatters, and the process grows.
        environment["MALLOC_ARENA_MAX"] = "1";
        // libtorch asks for aligned blocks; what glibc cuts off beside them goes into its caches of small blocks, and a freed block that has lost it fits no second time.
        const string noCaches = "glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0";
        environment["GLIBC_TUNABLES"] = environment.TryGetValue("GLIBC_TUNABLES", out var own) && own is { Length: > 0 } ? $"{own}:{noCaches}" : noCaches;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
