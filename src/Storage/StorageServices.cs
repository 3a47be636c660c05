using Microsoft.Extensions.DependencyInjection;

namespace ContrastiveService.Storage;

/// <summary>Registration of everything this project offers.</summary>
public static class StorageServices
{
    /// <summary>The database, every store, Hangfire's storage and client, all over one connection pool. Call <see cref="Database.MigrateAsync"/> before the host starts.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, string connectionString) => throw new NotImplementedException();

    /// <summary>A Hangfire server for these queues, one job at a time, with settings for jobs that run for hours. Needs an <see cref="Queue.ITrainingJobRunner"/>.</summary>
    public static IServiceCollection AddTrainingServer(this IServiceCollection services, IReadOnlyList<string> queues) => throw new NotImplementedException();

    /// <summary>The background service that gives orphaned jobs back to the queue; run it in every Api and Worker, one acts at a time.</summary>
    public static IServiceCollection AddJobReaper(this IServiceCollection services) => throw new NotImplementedException();
}
