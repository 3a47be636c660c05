using ContrastiveService.Api.Collections.Searching;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Hnsw;
using ContrastiveService.Storage.Collections.Reembeddings;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Collections.Indexing;

/// <summary>Says how collections are searched.</summary>
sealed class IndexDesk(HnswStore store, IndexCache memory, IOptions<ApiOptions> options)
{
    public async Task<CollectionIndex?> FindAsync(Collection collection, CancellationToken cancellationToken) =>
        (await store.GetAsync([collection.Id], cancellationToken)).GetValueOrDefault(collection.Id);

    public IndexJudgement Judge(Collection collection, CollectionIndex? index) =>
        IndexJudgement.Of(collection, index, memory.Fits(collection), options.Value.SearchMinimumRecall);

    public async Task<IReadOnlyDictionary<Guid, IndexView>> ViewAsync(IReadOnlyList<Collection> collections, CancellationToken cancellationToken)
    {
        var indexes = await store.GetAsync([.. collections.Select(c => c.Id)], cancellationToken);
        var views = new Dictionary<Guid, IndexView>();
        foreach (var collection in collections)
        {
            var index = indexes.GetValueOrDefault(collection.Id);
            var (approximate, state, reason) = Judge(collection, index);
            var progress = state == CollectionIndex.Building ? await store.ProgressAsync(index!.Relation!, cancellationToken) : null;
            views[collection.Id] = new IndexView(
                index?.Chosen ?? IndexChoice.Auto, approximate ? "hnsw" : "exact", state, reason, progress, index?.Recall, index?.Sample, index?.MeasuredAt);
        }

        return views;
    }

    public async Task<IndexView> ViewAsync(Collection collection, CancellationToken cancellationToken) => (await ViewAsync([collection], cancellationToken))[collection.Id];

    public async Task<CollectionView> ViewAsync(Collection collection, Reembedding? underWay, CancellationToken cancellationToken) =>
        CollectionView.Of(collection, await ViewAsync(collection, cancellationToken), underWay);
}
