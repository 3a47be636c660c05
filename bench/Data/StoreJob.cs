using System.Diagnostics;
using System.Text.Json;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Queue;
using ContrastiveService.Training;
using ContrastiveService.Training.Plans;
using ContrastiveService.Worker;
using ContrastiveService.Worker.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Bench.Data;

/// <summary>A claimed job on a data set of these pictures: what a trainer has in hand when it opens its pictures.</summary>
internal sealed class StoreJob(ServiceProvider services, TrainingJob job, JobLease lease) : IAsyncDisposable
{
    public static async Task<StoreJob> CreateAsync(string connectionString, byte[][] pictures, int size)
    {
        var services = new ServiceCollection().AddLogging().AddStorage(connectionString).BuildServiceProvider();
        var (datasets, imports) = (services.GetRequiredService<DatasetStore>(), services.GetRequiredService<ImportStore>());
        var dataset = await datasets.CreateAsync("bench", null, CancellationToken.None);
        var import = await imports.StartAsync(dataset.Id, "bench", CancellationToken.None);
        var at = 0;
        foreach (var batch in pictures.Chunk(64)) // about what an upload writes at a time
            await services.GetRequiredService<DatasetItemStore>().AddAsync(import.Id, [.. batch.Select(p => Item(at++, p))], CancellationToken.None);
        await imports.SucceedAsync(import.Id, CancellationToken.None);
        dataset = (await datasets.GetAsync(dataset.Id, CancellationToken.None))!;
        var request = JsonSerializer.SerializeToElement(new { dataset = dataset.Name, method = "simclr", imageSize = size });
        var plan = TrainingPlan.Resolve(request, new DatasetFacts(pictures.Length, 0, 0, 3, 640, 480));
        var (job, _) = await services.GetRequiredService<TrainingJobStore>().CreateAsync(
            new NewTrainingJob(plan.Name, dataset.Id, dataset.Version, plan.ToJson(), QueueName.Cpu), null, "", CancellationToken.None);
        return new(services, job, (await services.GetRequiredService<JobLeaseStore>().ClaimAsync(job.Id, "bench", TimeSpan.FromHours(1), CancellationToken.None))!);
    }

    /// <summary>Builds the store in this folder as a trainer does.</summary>
    /// <returns>Seconds until it was open.</returns>
    public async Task<double> BuildAsync(string folder)
    {
        using var voice = new TrainerVoice(Stream.Null);
        var record = new JobRecord(
            lease, services.GetRequiredService<MetricStore>(), services.GetRequiredService<CheckpointStore>(), services.GetRequiredService<JobEventStore>(),
            services.GetRequiredService<JobLeaseStore>(), 1, voice, TimeProvider.System);
        var cache = new DecodedCache(services.GetRequiredService<DatasetItemStore>(), Options.Create(new WorkerOptions { CachePath = folder }), voice, TimeProvider.System);
        var clock = Stopwatch.StartNew();
        using var store = await cache.OpenAsync(job, TrainingPlan.FromJson(job.Plan), record, CancellationToken.None);
        return clock.Elapsed.TotalSeconds;
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private static NewItem Item(int number, byte[] jpeg) => new($"{number:D6}.jpg", null, null, null, null, "image/jpeg", 640, 480, 3, jpeg);
}
