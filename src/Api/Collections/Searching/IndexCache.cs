using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Training.Search;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Collections.Searching;

/// <summary>The indexes in memory, within a budget: the one used longest ago makes room for the one that is asked for.</summary>
sealed class IndexCache(CollectionVectorStore vectors, IOptions<ApiOptions> options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Entry> entries = [];
    private long clock;

    /// <summary>Searches a collection as it is, or as it has become since it was read.</summary>
    /// <exception cref="ApiException">507: it is too large for the memory allowed. 503: others use that memory.</exception>
    /// <exception cref="Storage.NotFoundException">The collection is gone.</exception>
    /// <exception cref="VersionChangedException">It is of another version by now.</exception>
    public Task<SearchResult> SearchAsync(Collection collection, VectorQuery query, CancellationToken cancellationToken) =>
        UseAsync(collection, index => index.SearchAsync(query, collection.Revision), cancellationToken);

    /// <summary>Copies vectors out of the index, under the same conditions.</summary>
    public Task<VectorTable> CopyAsync(Collection collection, IReadOnlyCollection<long>? among, CancellationToken cancellationToken) =>
        UseAsync(collection, index => index.CopyAsync(among, collection.Revision), cancellationToken);

    /// <summary>Whether a collection alone fits into the memory allowed.</summary>
    public bool Fits(Collection collection) => BytesFor(collection) <= options.Value.SearchMemoryBytes;

    /// <param name="collection">One that does not fit.</param>
    /// <param name="database">Why the database does not search it either.</param>
    public ApiException TooLarge(Collection collection, string? database = null) => new(
        StatusCodes.Status507InsufficientStorage, "index_too_large",
        $"Searching the {collection.Items} vectors of '{collection.Name}' takes {BytesFor(collection)} bytes of memory; {options.Value.SearchMemoryBytes} are allowed (Api:SearchMemoryBytes). "
        + $"Raise that, or keep the vectors in a collection of precision float16.{(database is null ? "" : " " + database)}");

    public void Forget(Guid collectionId)
    {
        lock (gate)
            entries.Remove(collectionId);
    }

    private async Task<T> UseAsync<T>(Collection collection, Func<IndexFollower, Task<T>> use, CancellationToken cancellationToken)
    {
        var entry = Enter(collection);
        var task = use(entry.Index);
        // Who goes away leaves the work behind, and the memory stays taken until that is done.
        _ = task.ContinueWith(_ => Leave(entry), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return await task.WaitAsync(cancellationToken);
    }

    private Entry Enter(Collection collection)
    {
        var (bytes, most) = (BytesFor(collection), options.Value.SearchMemoryBytes);
        if (bytes > most)
            throw TooLarge(collection);
        lock (gate)
        {
            if (!entries.TryGetValue(collection.Id, out var entry) || entry.ModelVersionId != collection.ModelVersionId)
            {
                // Who read the collection before it went over to another version must not throw away what those after them use.
                if (entry?.Revision > collection.Revision)
                    throw new VersionChangedException(collection.Id);
                entry = new Entry(
                    new IndexFollower(collection.Id, collection.ModelVersionId, collection.Width, collection.Half, vectors, options.Value.SearchThreads), collection.ModelVersionId);
            }

            entry.Revision = Math.Max(entry.Revision, collection.Revision);
            var others = entries.Where(other => other.Key != collection.Id).ToList();
            var taken = bytes + others.Sum(other => other.Value.Bytes);
            foreach (var (id, other) in others.Where(other => other.Value.Users == 0).OrderBy(other => other.Value.LastUsed).ToList())
            {
                if (taken <= most)
                    break;
                taken -= other.Bytes;
                entries.Remove(id);
            }

            if (taken > most)
                throw ApiException.Busy($"Searches of other collections take all {most} bytes of memory that are allowed (Api:SearchMemoryBytes). Try again shortly.");
            entries[collection.Id] = entry;
            (entry.Bytes, entry.LastUsed) = (bytes, ++clock);
            entry.Users++;
            return entry;
        }
    }

    private static long BytesFor(Collection collection) => VectorIndex.BytesFor(collection.Items, collection.Width, collection.Half);

    private void Leave(Entry entry)
    {
        lock (gate)
            entry.Users--;
    }

    private sealed class Entry(IndexFollower index, Guid modelVersionId)
    {
        public IndexFollower Index => index;

        public Guid ModelVersionId => modelVersionId;

        /// <summary>The latest at which the collection was seen.</summary>
        public long Revision { get; set; }

        public long Bytes { get; set; }

        public int Users { get; set; }

        public long LastUsed { get; set; }
    }
}
