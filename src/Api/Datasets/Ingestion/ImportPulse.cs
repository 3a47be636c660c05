using ContrastiveService.Storage;
using ContrastiveService.Storage.Datasets;
using Npgsql;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>Writes how far the imports of this process are, which is also their sign of life.</summary>
sealed partial class ImportPulse(ImportQueue queue, ImportStore imports, TimeProvider time, ILogger<ImportPulse> logger) : BackgroundService
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Beat, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            foreach (var import in queue.Active)
                await BeatAsync(import, stoppingToken);
    }

    private async Task BeatAsync(ActiveImport import, CancellationToken cancellationToken)
    {
        try
        {
            var state = import.Reading ? ImportState.Running : ImportState.Receiving;
            await imports.ProgressAsync(import.Id, state, import.BytesReceived, import.BytesDone, import.BytesTotal, cancellationToken);
        }
        catch (NotFoundException)
        {
            // It ended between the look at the queue and the write.
        }
        catch (NpgsqlException e)
        {
            LogMissed(logger, import.Id, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The progress of import {ImportId} could not be written: {Reason}")]
    private static partial void LogMissed(ILogger logger, Guid importId, string reason);
}
