using ContrastiveService.Api.Collections.Indexing;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Hnsw;
using ContrastiveService.Training.Search;
using Npgsql;

namespace ContrastiveService.Api.Collections.Searching;

/// <summary>
/// Which way a search goes: through the approximate index where one is wanted and good enough, else over all vectors, in memory where they fit, in the database where not. Where the index
/// finds fewer than wanted, everything is compared: such an answer is complete.
/// </summary>
sealed partial class SearchRouter(IndexDesk desk, IndexCache memory, CollectionItemStore items, HnswStore store, ILogger<SearchRouter> logger) : IDisposable
{
    // A pass over a large table takes all the disks and processors that the database has.
    private readonly SemaphoreSlim scans = new(2);

    /// <param name="collection">The collection.</param>
    /// <param name="query">What to look for.</param>
    /// <param name="filter">Only items that it lets through; null for all.</param>
    /// <param name="exact">Everything is to be compared, whatever index there is.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <exception cref="VersionChangedException">The collection is of another version by now.</exception>
    /// <exception cref="ApiException">507: the collection is too large. 503: others take the memory, or the index that it needs for its size is not ready.</exception>
    public async Task<RoutedResult> SearchAsync(Collection collection, VectorQuery query, MetadataFilter? filter, bool exact, CancellationToken cancellationToken)
    {
        var fits = memory.Fits(collection);
        var index = exact && fits ? null : await desk.FindAsync(collection, cancellationToken);
        var judgement = exact ? null : desk.Judge(collection, index);
        var reason = judgement?.Reason;
        if (judgement is { Approximate: true })
        {
            (var found, reason) = await ApproximateAsync(collection, index!, query, filter, cancellationToken);
            if (found is not null)
                return found;
        }

        if (fits)
        {
            var among = filter is null ? null : await items.MatchAsync(collection, filter, cancellationToken);
            return Exact(await memory.SearchAsync(collection, query with { Among = among }, cancellationToken), reason);
        }

        return Exact(await ScanAsync(collection, index, query, filter, cancellationToken), reason);
    }

    public void Dispose() => scans.Dispose();

    private static RoutedResult Exact(SearchResult result, string? reason) => new(result.Hits, result.Matches, true, reason);

    /// <returns>What the index found, or null and the reason why everything must be compared.</returns>
    private async Task<(RoutedResult? Found, string? Reason)> ApproximateAsync(
        Collection collection, CollectionIndex index, VectorQuery query, MetadataFilter? filter, CancellationToken cancellationToken)
    {
        try
        {
            await using var snapshot = await OpenAsync(collection, cancellationToken);
            if (!snapshot.HasEverything)
                return (null, IndexJudgement.LacksWrites);
            var nearest = await snapshot.NearestAsync(query.Vector, query.K, index.EfSearch, query.Except, filter, cancellationToken);
            var hits = Rescoring.Order(query, nearest, snapshot.Width, snapshot.Half).Hits;
            if (hits.Length < query.K)
                return (null, $"The approximate index found {hits.Length} of {query.K}, so that everything was compared.");
            var all = filter is null && float.IsNegativeInfinity(query.Minimum);
            return (new RoutedResult(hits, all ? collection.Items - (query.Except is null ? 0 : 1) : null, false, null), null);
        }
        catch (PostgresException e)
        {
            LogUnusable(logger, e, collection.Id);
            return (null, $"The approximate index cannot be used: {e.MessageText}");
        }
    }

    /// <exception cref="VersionChangedException">The collection is of another version by now; what is looked for is a vector of the former one.</exception>
    private async Task<HnswSnapshot> OpenAsync(Collection collection, CancellationToken cancellationToken)
    {
        var snapshot = await store.OpenAsync(collection.Id, cancellationToken);
        if (snapshot.ModelVersionId == collection.ModelVersionId)
            return snapshot;
        await snapshot.DisposeAsync();
        throw new VersionChangedException(collection.Id);
    }

    private async Task<SearchResult> ScanAsync(Collection collection, CollectionIndex? index, VectorQuery query, MetadataFilter? filter, CancellationToken cancellationToken)
    {
        if (index?.Relation is null)
        {
            throw index is { Chosen: IndexChoice.Exact } or { Error: not null }
                ? memory.TooLarge(collection, index?.Error)
                : OnItsWay(collection);
        }

        await scans.WaitAsync(cancellationToken);
        try
        {
            await using var snapshot = await OpenAsync(collection, cancellationToken);
            if (snapshot.HasEverything)
            {
                var (found, matches) = await snapshot.ScanAsync(query.Vector, query.K, query.Minimum, query.Except, filter, cancellationToken);
                return Rescoring.Order(query, found, snapshot.Width, snapshot.Half) with { Matches = matches };
            }
        }
        catch (PostgresException e)
        {
            LogUnusable(logger, e, collection.Id);
            throw memory.TooLarge(collection, $"In the database it cannot be searched: {e.MessageText}");
        }
        finally
        {
            scans.Release();
        }

        throw OnItsWay(collection);
    }

    private static ApiException OnItsWay(Collection collection) =>
        ApiException.Busy($"The collection '{collection.Name}' is searched in the database for its size, and its vectors are on their way there. Try again shortly.");

    [LoggerMessage(Level = LogLevel.Warning, Message = "The table of the approximate index of collection {CollectionId} cannot be searched")]
    private static partial void LogUnusable(ILogger logger, Exception exception, Guid collectionId);
}
