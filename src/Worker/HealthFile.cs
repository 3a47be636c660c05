using ContrastiveService.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Worker;

/// <summary>Touches a file while this process is alive and reaches the database; a container's health check looks at the file's age.</summary>
internal sealed class HealthFile(Database database, IOptions<WorkerOptions> options, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var path = options.Value.HealthFile;
        if (path.Length == 0)
            return;
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            if (await database.IsReachableAsync(stoppingToken))
                await File.WriteAllTextAsync(path, clock.GetUtcNow().ToString("O"), stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
