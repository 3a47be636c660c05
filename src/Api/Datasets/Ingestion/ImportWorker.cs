using ContrastiveService.Storage;
using ContrastiveService.Storage.Datasets;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>Reads uploads into their data sets, a few at a time.</summary>
sealed partial class ImportWorker(
    ImportQueue queue, ImportStore imports, DatasetItemStore items, IOptions<ApiOptions> options, ILogger<ImportWorker> logger) : BackgroundService
{
    private const int AtOnce = 2;
    private static readonly TimeSpan Leftover = TimeSpan.FromDays(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        SweepSpool();
        return Parallel.ForEachAsync(
            queue.TakeAsync(stoppingToken),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
            (import, cancellationToken) => new ValueTask(RunAsync(import, cancellationToken)));
    }

    /// <summary>What was received but not read when the process stops is said to be so, not left to be found abandoned.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var import in queue.Active)
            await FailAsync(import, "The server stopped before it had read this to its end. Nothing of it was published; send it again.");
    }

    // Only what is old enough to be nobody's: other servers may share the folder.
    private void SweepSpool()
    {
        foreach (var left in Directory.CreateDirectory(options.Value.SpoolPath).EnumerateDirectories().Where(d => DateTime.UtcNow - d.LastWriteTimeUtc > Leftover))
            left.Delete(recursive: true);
    }

    private async Task RunAsync(ActiveImport import, CancellationToken cancellationToken)
    {
        try
        {
            await new ImportRun(import, imports, items, options.Value).RunAsync(cancellationToken);
            // How much a folder holds is known now.
            var total = Math.Max(import.BytesTotal, import.BytesDone);
            await imports.ProgressAsync(import.Id, ImportState.Running, import.BytesReceived, total, total, cancellationToken);
            await imports.SucceedAsync(import.Id, cancellationToken);
            LogDone(logger, import.Id);
            queue.End(import);
        }
        catch (UploadException e)
        {
            LogUnreadable(logger, import.Id, e.Message);
            await FailAsync(import, e.Message);
        }
        catch (NotFoundException e)
        {
            LogUnreadable(logger, import.Id, e.Message);
            queue.End(import);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogFailed(logger, e, import.Id);
            await FailAsync(import, "The server failed on this upload; nothing of it was published. Its log says why.");
        }
    }

    private async Task FailAsync(ActiveImport import, string error)
    {
        queue.End(import);
        try
        {
            await imports.FailAsync(import.Id, error, CancellationToken.None);
        }
        catch (Exception e)
        {
            // Without its sign of life it will be found abandoned and failed then.
            LogFailed(logger, e, import.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Import {ImportId} is published")]
    private static partial void LogDone(ILogger logger, Guid importId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Import {ImportId} failed: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, Guid importId, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Import {ImportId} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid importId);
}
