using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Hnsw;
using ContrastiveService.Storage.Collections.Reembeddings;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Models;
using ContrastiveService.Storage.Queue;
using ContrastiveService.Storage.Weights;
using Hangfire;
using Hangfire.AspNetCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ContrastiveService.Storage;

/// <summary>Registration of everything this project offers.</summary>
public static class StorageServices
{
    /// <summary>
    /// The database, every store, Hangfire's storage and client, all over one connection pool. Call <see cref="Database.MigrateAsync"/> before the host
    /// starts.
    /// </summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, string connectionString)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => new Database(connectionString));
        services.AddSingleton<DatasetStore>();
        services.AddSingleton<DatasetItemStore>();
        services.AddSingleton<DuplicateStore>();
        services.AddSingleton<ItemSample>();
        services.AddSingleton<ImportStore>();
        services.AddSingleton<JobTransitions>();
        services.AddSingleton<TrainingJobStore>();
        services.AddSingleton<FineTuningStore>();
        services.AddSingleton<JobLeaseStore>();
        services.AddSingleton<JobReaping>();
        services.AddSingleton<JobEventStore>();
        services.AddSingleton<MetricStore>();
        services.AddSingleton<CheckpointStore>();
        services.AddSingleton<ModelStore>();
        services.AddSingleton<WeightsStore>();
        services.AddSingleton<CollectionStore>();
        services.AddSingleton<CollectionItemStore>();
        services.AddSingleton<CollectionVectorStore>();
        services.AddSingleton<CollectionImportStore>();
        services.AddSingleton<ReembeddingStore>();
        services.AddSingleton<VectorExtension>();
        services.AddSingleton<HnswStore>();
        services.AddSingleton<JobDelivery>();
        services.AddSingleton<WorkerView>();

        // Registered before AddHangfire, which would fall back to process-wide ones: two hosts in one process keep to their own.
        services.AddSingleton<JobStorage>(provider => HangfireStorage.Create(provider.GetRequiredService<Database>()));
        services.AddSingleton<JobActivator>(provider => new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
        return services.AddHangfire((provider, configuration) => configuration
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UseStorage(provider.GetRequiredService<JobStorage>()));
    }

    /// <summary>
    /// A Hangfire server for these queues, one job at a time, with settings for jobs that run for hours. Needs an <see cref="ITrainingJobRunner"/>.
    /// </summary>
    public static IServiceCollection AddTrainingServer(this IServiceCollection services, IReadOnlyList<string> queues) =>
        services.AddHangfireServer(options => HangfireStorage.Configure(options, queues));

    /// <summary>The background service that gives orphaned jobs back to the queue; run it in every Api and Worker, one acts at a time.</summary>
    public static IServiceCollection AddReaper(this IServiceCollection services) => services.AddHostedService<Reaper>();
}
