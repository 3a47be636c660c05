using Hangfire;
using Hangfire.PostgreSql;

namespace ContrastiveService.Storage.Queue;

/// <summary>Hangfire's settings for jobs that run for hours; its defaults would start such a job a second time.</summary>
static class HangfireStorage
{
    /// <summary>How long a worker may take to stop in good order: long enough to store a last checkpoint.</summary>
    static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(60);

    public static PostgreSqlStorage Create(Database database) => new(new HangfireConnections(database.Source), new PostgreSqlStorageOptions
    {
        PrepareSchemaIfNecessary = false, // Database.MigrateAsync does it, under a lock
        UseSlidingInvisibilityTimeout = true,
        // Longer than ShutdownTimeout: the sliding stops at the first stop signal, and another worker would start the job.
        InvisibilityTimeout = TimeSpan.FromMinutes(2),
        EnableLongPolling = true,
        // A process that is killed while it writes a job's state leaves a lock, and whoever is handed that job next waits for it. Such writes take milliseconds.
        DistributedLockTimeout = TimeSpan.FromSeconds(30),
        QueuePollInterval = TimeSpan.FromSeconds(5), // what is left when a notification was lost
        AllowDegradedModeWithoutStorage = false,
    });

    public static void Configure(BackgroundJobServerOptions options, IReadOnlyList<string> queues)
    {
        options.Queues = [.. queues];
        options.WorkerCount = 1;
        options.CancellationCheckInterval = TimeSpan.FromSeconds(1);
        options.ShutdownTimeout = ShutdownTimeout;
        options.HeartbeatInterval = WorkerView.HeartbeatInterval;
        // A server that loses its row restarts and cancels its job: never because the database was away for some minutes.
        options.ServerTimeout = TimeSpan.FromHours(1);
    }
}
