using ContrastiveService.Api.Collections.Background;
using ContrastiveService.Api.Models;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Datasets;

namespace ContrastiveService.Api.Collections.Importing;

/// <summary>Brings data sets into collections.</summary>
sealed class CollectionImporter(CollectionStore collections, CollectionImportStore imports, DatasetItemStore source, ModelDirectory models, BackgroundEmbedder embedder)
    : IWorkRunner<CollectionImport>
{
    public string Name => "import";

    public string Remains => "what was written so far is there.";

    public Task<bool> RunAsync(CollectionImport work, CancellationToken cancellationToken) =>
        new CollectionImportRun(work, collections, imports, source, models, embedder).RunAsync(cancellationToken);
}
