using System.Diagnostics;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Queue;
using Microsoft.Extensions.DependencyInjection;

namespace ContrastiveService.Bench;

/// <summary>Writes and reads one checkpoint in a process of its own, which is the worker's side of it: its peak working set shows what a checkpoint costs a trainer.</summary>
internal static class CheckpointSide
{
    public const string Mode = "checkpoint-side", Database = "database", PlainFile = "file";
    public const string ConnectionVariable = "BENCH_DATABASE";

    /// <summary>Seconds, and bytes of the process's largest working set.</summary>
    internal sealed record Result(double Write, double Read, long Peak);

    public static async Task<int> RunAsync(string side, int megabytes, string folder)
    {
        var bytes = (long)megabytes << 20;
        var store = side == Database ? await DatabaseAsync() : await FileAsync(folder);
        await store(4 << 20); // code compiled, connection open
        var (write, read) = await store(bytes);
        using var self = Process.GetCurrentProcess();
        return Child.Answer(new Result(write, read, self.PeakWorkingSet64));
    }

    private static async Task<Func<long, Task<(double Write, double Read)>>> DatabaseAsync()
    {
        var services = new ServiceCollection().AddLogging().AddStorage(Environment.GetEnvironmentVariable(ConnectionVariable)!).BuildServiceProvider();
        var dataset = await services.GetRequiredService<DatasetStore>().CreateAsync($"bench-{Guid.NewGuid():n}", null, CancellationToken.None);
        var (job, _) = await services.GetRequiredService<TrainingJobStore>().CreateAsync(
            new NewTrainingJob("bench", dataset.Id, dataset.Version, "{}", QueueName.Cpu), null, "", CancellationToken.None);
        var lease = (await services.GetRequiredService<JobLeaseStore>().ClaimAsync(job.Id, "bench", TimeSpan.FromHours(1), CancellationToken.None))!;
        var checkpoints = services.GetRequiredService<CheckpointStore>();
        var step = 0;
        return async bytes =>
        {
            var clock = Stopwatch.StartNew();
            await using var content = new NoiseStream(bytes);
            var id = await checkpoints.SaveAsync(lease, new CheckpointInfo(1, step++, null), content, keep: 2, CancellationToken.None);
            var write = clock.Elapsed.TotalSeconds;
            clock.Restart();
            await using var stored = await checkpoints.OpenReadAsync(id!.Value, CancellationToken.None);
            await stored.CopyToAsync(Stream.Null, 1 << 20);
            return (write, clock.Elapsed.TotalSeconds);
        };
    }

    private static Task<Func<long, Task<(double Write, double Read)>>> FileAsync(string folder) => Task.FromResult<Func<long, Task<(double, double)>>>(async bytes =>
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():n}.checkpoint");
        var clock = Stopwatch.StartNew();
        await using (var file = File.Create(path))
        {
            await using var content = new NoiseStream(bytes);
            await content.CopyToAsync(file, 1 << 20);
            file.Flush(flushToDisk: true);
        }

        var write = clock.Elapsed.TotalSeconds;
        clock.Restart();
        await using (var file = File.OpenRead(path))
            await file.CopyToAsync(Stream.Null, 1 << 20);
        var read = clock.Elapsed.TotalSeconds;
        File.Delete(path);
        return (write, read);
    });
}
