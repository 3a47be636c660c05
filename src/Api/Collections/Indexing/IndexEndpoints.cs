using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Hnsw;

namespace ContrastiveService.Api.Collections.Indexing;

static class IndexEndpoints
{
    public static void MapIndexes(this RouteGroupBuilder collections)
    {
        collections.MapGet("/{name}/index", GetAsync).WithSummary("How a collection is searched: exactly, or by an approximate index, and how good that is.");
        collections.MapPut("/{name}/index", ChooseAsync).WithExample("""{ "choice": "hnsw" }""")
            .WithSummary("Chooses how a collection is searched. An approximate index is built in the background, and everything compared until it is ready and good enough.");
    }

    private static async Task<IndexView> GetAsync(string name, CollectionStore collections, IndexDesk desk, CancellationToken cancellationToken) =>
        await desk.ViewAsync(await collections.FindAsync(name, cancellationToken), cancellationToken);

    private static async Task<IndexView> ChooseAsync(
        string name, ChooseIndex body, CollectionStore collections, HnswStore store, IndexDesk desk, CancellationToken cancellationToken)
    {
        if (body.Choice is not { } choice)
            throw ApiException.BadRequest("choice", "choice is needed: auto, exact or hnsw.");
        var collection = await collections.FindAsync(name, cancellationToken);
        await store.ChooseAsync(collection.Id, choice, cancellationToken);
        return await desk.ViewAsync(collection, cancellationToken);
    }
}
