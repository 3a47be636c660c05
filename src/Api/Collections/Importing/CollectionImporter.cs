using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Inference;
using ContrastiveService.Api.Startup;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Models;
using Npgsql;

namespace ContrastiveService.Api.Collections.Importing;

/// <summary>Takes imports that nobody works on, one at a time; any Api may, and the one that takes over goes on where the other stopped.</summary>
sealed partial class CollectionImporter(
    Readiness readiness, CollectionStore collections, CollectionImportStore imports, DatasetItemStore source, ModelStore models, Embedder embedder, TimeProvider time,
    ILogger<CollectionImporter> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (readiness.Migrated && await imports.ClaimAsync(CollectionImportRun.Lease, stoppingToken) is { } import)
                    await RunAsync(import, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Most likely the database is away. The next round tries again; what was claimed is free when its lease has run out.
                LogAway(logger, e);
            }
        }
    }

    private async Task RunAsync(CollectionImport import, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewing = RenewAsync(import, over.Token);
        try
        {
            if (await new CollectionImportRun(import, collections, imports, source, models, embedder).RunAsync(cancellationToken))
                LogDone(logger, import.Id, import.Dataset);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await imports.HandBackAsync(import, CancellationToken.None);
            throw;
        }
        catch (Exception e) when (e is NotFoundException or ApiException)
        {
            LogEnded(logger, import.Id, e.Message);
            await imports.FailAsync(import, e.Message, CancellationToken.None);
        }
        catch (Exception e) when (e is not NpgsqlException { IsTransient: true })
        {
            LogFailed(logger, e, import.Id);
            await imports.FailAsync(import, "The server failed on this import. Its log says why; what was written so far is there.", CancellationToken.None);
        }
        finally
        {
            await over.CancelAsync();
            await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A batch of a large model, or the wait for that model to be loaded, may take longer than the lease.
    private async Task RenewAsync(CollectionImport import, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(CollectionImportRun.Lease / 3, time);
        while (await timer.WaitForNextTickAsync(cancellationToken) && await imports.RenewAsync(import, CollectionImportRun.Lease, cancellationToken))
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Collection import {ImportId} of {Dataset} is done")]
    private static partial void LogDone(ILogger logger, Guid importId, string dataset);

    [LoggerMessage(Level = LogLevel.Information, Message = "Collection import {ImportId} ended: {Reason}")]
    private static partial void LogEnded(ILogger logger, Guid importId, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Collection import {ImportId} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid importId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for collection imports failed")]
    private static partial void LogAway(ILogger logger, Exception exception);
}
