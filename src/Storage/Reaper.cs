using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Jobs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContrastiveService.Storage;

/// <summary>Looks every few seconds for what a killed process left behind: jobs without a worker, imports without an uploader.</summary>
sealed partial class Reaper(Database database, JobReaping jobs, ImportStore imports, TimeProvider time, ILogger<Reaper> logger) : BackgroundService
{
    // With a lease of 30 s, a dead worker's job is back in the queue within 35 s.
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan ImportSilence = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.Migrated.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                var result = await jobs.ReapAsync(stoppingToken);
                if (result != new ReapResult(0, 0, 0, 0))
                    Log.Reaped(logger, result.Requeued, result.Failed, result.Cancelled, result.Redelivered);
                if (await imports.FailAbandonedAsync(ImportSilence, stoppingToken) is > 0 and var abandoned)
                    Log.Abandoned(logger, abandoned);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
            {
                // The host serves its health checks while the schema is still being made.
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // Most likely the database is away, and that must not take the host down: the next round tries again.
                Log.Failed(logger, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Jobs without a worker: {Requeued} queued again, {Failed} failed, {Cancelled} cancelled, {Redelivered} delivered again")]
        public static partial void Reaped(ILogger logger, int requeued, int failed, int cancelled, int redelivered);

        [LoggerMessage(LogLevel.Warning, "{Abandoned} imports were broken off by a stop of the service")]
        public static partial void Abandoned(ILogger logger, int abandoned);

        [LoggerMessage(LogLevel.Error, "Looking for orphaned jobs failed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
