using ContrastiveService.Api.Collections.Background;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Reembeddings;
using ContrastiveService.Storage.Models;

namespace ContrastiveService.Api.Collections.Reembeddings;

/// <summary>Brings collections to another model version.</summary>
sealed class CollectionReembedder(CollectionStore collections, ReembeddingStore reembeddings, ModelStore models, BackgroundEmbedder embedder) : IWorkRunner<Reembedding>
{
    public string Name => "re-embedding";

    public string Remains => "the collection is as it was.";

    public async Task<bool> RunAsync(Reembedding work, CancellationToken cancellationToken)
    {
        var run = await ReembeddingRun.OpenAsync(work, collections, reembeddings, models, embedder, cancellationToken);
        return await run.RunAsync(cancellationToken);
    }

    public async Task RestAsync(CancellationToken cancellationToken)
    {
        while (await reembeddings.SweepAsync(cancellationToken))
        {
        }
    }
}
