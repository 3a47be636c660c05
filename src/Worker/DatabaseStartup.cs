using ContrastiveService.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContrastiveService.Worker;

/// <summary>Waits for PostgreSQL as long as it takes and brings the schema up to date, before anything else starts.</summary>
internal sealed partial class DatabaseStartup(Database database, TimeProvider clock, ILogger<DatabaseStartup> log) : IHostedService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        while (!await TryMigrateAsync(cancellationToken))
            await Task.Delay(Pause, clock, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<bool> TryMigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await database.MigrateAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException e)
        {
            LogWaiting(e.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL is not usable yet ({Reason}); waiting for it")]
    private partial void LogWaiting(string reason);
}
