using System.Collections.Concurrent;
using ContrastiveService.Api.Startup;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Collections.Hnsw;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContrastiveService.Api.Collections.Indexing;

/// <summary>Builds, follows, measures and removes approximate indexes in the background. Any Api may; of one index, one at a time.</summary>
sealed partial class IndexKeeper(
    Readiness readiness, HnswStore store, VectorExtension extension, IOptions<ApiOptions> options, TimeProvider time, ILogger<IndexKeeper> logger) : BackgroundService
{
    // A build of hours must not keep others waiting; more than a few at once would only share the same disks.
    private const int AtOnce = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, Task> working = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    if (readiness.Migrated)
                        await LookAsync(stoppingToken);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // Most likely the database is away. The next round tries again.
                    LogAway(logger, e);
                }
            }
        }
        finally
        {
            await Task.WhenAll(working.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        // Begun a little early: when the memory is full, the index is there.
        var due = await store.DueAsync(options.Value.SearchMemoryBytes / 5 * 4, cancellationToken);
        foreach (var id in due.Where(id => !working.ContainsKey(id)).Take(AtOnce - working.Count))
            working[id] = KeepAsync(id, cancellationToken);
        foreach (var (id, task) in working)
            if (task.IsCompleted)
                working.TryRemove(id, out _);
        await store.SweepAsync(cancellationToken);
    }

    private async Task KeepAsync(Guid collectionId, CancellationToken cancellationToken)
    {
        try
        {
            await using var build = await store.TryBeginAsync(collectionId, cancellationToken);
            if (build is null)
                return;
            if ((await store.GetAsync([collectionId], cancellationToken)).GetValueOrDefault(collectionId)?.Chosen == IndexChoice.Exact)
                await build.RemoveAsync(cancellationToken);
            else if (await extension.EnsureAsync(cancellationToken) is { } obstacle)
                await store.FailAsync(collectionId, obstacle, cancellationToken);
            else if (await build.BringUpAsync(cancellationToken))
                await MeasureAsync(build, collectionId, cancellationToken);
        }
        catch (NotFoundException)
        {
            // Deleted, or of another model meanwhile: the next round sees what there is.
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What is half built is recognized by whoever comes next.
        }
        catch (Exception e)
        {
            LogFailed(logger, e, collectionId);
            var reason = e switch
            {
                PostgresException { MessageText: var text } => $"The approximate index could not be built: {text}",
                NotSupportedException => e.Message,
                _ => "The approximate index could not be built. The server's log says why.",
            };
            await NoteAsync(collectionId, reason, cancellationToken);
        }
    }

    private async Task MeasureAsync(HnswBuild build, Guid collectionId, CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsync(collectionId, cancellationToken);
        if (!snapshot.HasEverything)
            return;
        var measured = await RecallMeasure.TakeAsync(snapshot, (1 + options.Value.SearchMinimumRecall) / 2, options.Value.SearchThreads, cancellationToken);
        await build.RecordAsync(measured.Recall, measured.Sample, measured.EfSearch, cancellationToken);
        LogReady(logger, collectionId, measured.Recall, measured.EfSearch);
    }

    private async Task NoteAsync(Guid collectionId, string reason, CancellationToken cancellationToken)
    {
        try
        {
            await store.FailAsync(collectionId, reason, cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            LogAway(logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The approximate index of collection {CollectionId} is ready: recall@10 {Recall}, ef_search {EfSearch}")]
    private static partial void LogReady(ILogger logger, Guid collectionId, double recall, int efSearch);

    [LoggerMessage(Level = LogLevel.Error, Message = "The approximate index of collection {CollectionId} could not be built")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid collectionId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking after approximate indexes failed")]
    private static partial void LogAway(ILogger logger, Exception exception);
}
