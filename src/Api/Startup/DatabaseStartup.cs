using ContrastiveService.Storage;
using Npgsql;

namespace ContrastiveService.Api.Startup;

/// <summary>Brings the schema up to date, waiting for PostgreSQL as long as it takes.</summary>
sealed partial class DatabaseStartup(Database database, Readiness readiness, TimeProvider time, ILogger<DatabaseStartup> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var attempt = 1; !await TryMigrateAsync(attempt, stoppingToken); attempt++)
            await Task.Delay(Pause, time, stoppingToken);
        readiness.SchemaIsReady();
        LogReady(logger);
    }

    private async Task<bool> TryMigrateAsync(int attempt, CancellationToken cancellationToken)
    {
        try
        {
            await database.MigrateAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException e)
        {
            LogUnreachable(logger, attempt, e.Message, Pause.TotalSeconds);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL is not usable yet (attempt {Attempt}: {Reason}); next try in {Seconds} s")]
    private static partial void LogUnreachable(ILogger logger, int attempt, string reason, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "The database schema is up to date; serving requests")]
    private static partial void LogReady(ILogger logger);
}
