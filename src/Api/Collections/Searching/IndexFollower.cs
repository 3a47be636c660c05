using ContrastiveService.Storage.Collections;
using ContrastiveService.Training.Search;

namespace ContrastiveService.Api.Collections.Searching;

/// <summary>
/// The index of one collection's vectors of one version, kept in step with the database until the collection goes over to another version: then it serves what it has, and
/// nothing that would be later. Whatever waits is served together: one look for changes and one pass over the vectors for all queries
/// that came while the pass before was under way.
/// </summary>
sealed class IndexFollower(Guid collectionId, Guid modelVersionId, int width, bool half, CollectionVectorStore vectors, int threads)
{
    private const int LargestBatch = 32, Piece = 4096;

    private readonly Lock gate = new();
    private readonly Queue<IndexWork> waiting = [];
    private VectorIndex index = new(width, half);
    private bool running;
    private long known = -1;

    /// <summary>Searches vectors at this revision or a later one.</summary>
    public Task<SearchResult> SearchAsync(VectorQuery query, long revision) => Enqueue(new IndexWork(revision, query, null)).Found.Task;

    /// <summary>Copies vectors at this revision or a later one.</summary>
    public Task<VectorTable> CopyAsync(IReadOnlyCollection<long>? among, long revision) => Enqueue(new IndexWork(revision, null, among)).Copied.Task;

    private IndexWork Enqueue(IndexWork work)
    {
        lock (gate)
        {
            waiting.Enqueue(work);
            if (!running)
                _ = Task.Run(ServeAsync);
            running = true;
        }

        return work;
    }

    private async Task ServeAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            try
            {
                if (batch.Max(work => work.Revision) > known)
                    await FollowAsync();
                Serve(batch);
            }
            catch (Exception e)
            {
                foreach (var work in batch)
                    work.Fail(e);
            }
        }
    }

    private List<IndexWork> Take()
    {
        lock (gate)
        {
            var batch = new List<IndexWork>();
            while (batch.Count < LargestBatch && waiting.TryDequeue(out var work))
                batch.Add(work);
            running = batch.Count > 0;
            return batch;
        }
    }

    private void Serve(List<IndexWork> batch)
    {
        foreach (var work in batch.Where(work => work.Query is null))
            work.Copied.TrySetResult(index.Copy(work.Among));
        var queries = batch.FindAll(work => work.Query is not null);
        if (queries.Count == 0)
            return;
        var results = index.Search([.. queries.Select(work => work.Query!)], threads);
        for (var i = 0; i < results.Length; i++)
            queries[i].Found.TrySetResult(results[i]);
    }

    private async Task FollowAsync()
    {
        await using var changes = await vectors.OpenAsync(collectionId, modelVersionId, known, CancellationToken.None);
        // Broken off in the middle, the index is of no revision; the next one to ask begins anew.
        known = -1;
        if (changes.Whole)
            index = new VectorIndex(width, half);
        var piece = new List<(long, ReadOnlyMemory<byte>)>(Piece);
        await foreach (var (id, vector) in changes.ReadAsync(CancellationToken.None))
        {
            piece.Add((id, vector.ToArray()));
            if (piece.Count < Piece)
                continue;
            index.Apply(piece);
            piece.Clear();
        }

        index.Apply(piece);
        known = changes.Revision;
    }
}
