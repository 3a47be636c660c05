using ContrastiveService.Api.Collections.Analysis;
using ContrastiveService.Api.Collections.Background;
using ContrastiveService.Api.Collections.Importing;
using ContrastiveService.Api.Collections.Indexing;
using ContrastiveService.Api.Collections.Items;
using ContrastiveService.Api.Collections.Reembeddings;
using ContrastiveService.Api.Collections.Searching;
using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Models;
using ContrastiveService.Api.Paging;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Hnsw;
using ContrastiveService.Storage.Collections.Reembeddings;
using ContrastiveService.Storage.Models;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ContrastiveService.Api.Collections;

static class CollectionEndpoints
{
    public static void AddCollections(this IServiceCollection services)
    {
        services.AddSingleton<IndexCache>();
        services.AddSingleton<IndexDesk>();
        services.AddSingleton<SearchRouter>();
        services.AddSingleton<AnalysisDesk>();
        services.AddScoped<SearchDesk>();
        services.AddScoped<ItemReader>();
        services.AddSingleton<BackgroundEmbedder>();
        services.AddWork<CollectionImport, CollectionImportStore, CollectionImporter>();
        services.AddWork<Reembedding, ReembeddingStore, CollectionReembedder>();
        services.AddHostedService<IndexKeeper>();
    }

    public static void MapCollections(this IEndpointRouteBuilder routes)
    {
        var collections = routes.MapGroup("/api/v1/collections").WithTags("Collections");
        collections.MapPost("/", CreateAsync)
            .WithSummary("Creates an empty collection for vectors of one model version, which it keeps whatever aliases do later, until it is re-embedded.")
            .WithExample("""{ "name": "shop", "model": "fashion", "precision": "float32", "keepPictures": true }""");
        collections.MapGet("/", ListAsync).WithSummary("Collections by name.");
        collections.MapGet("/{name}", GetAsync).WithSummary("A collection: its version, and the re-embedding that is under way.");
        collections.MapDelete("/{name}", DeleteAsync).WithSummary("Deletes a collection and its items. Data sets and models stay.");
        collections.MapCollectionItems();
        collections.MapSearch();
        collections.MapIndexes();
        collections.MapCollectionImports();
        collections.MapReembeddings();
        collections.MapAnalysis();
    }

    private static async Task<Created<CollectionView>> CreateAsync(CollectionRequest body, CollectionStore collections, ModelDirectory models, HnswStore store, IndexDesk desk, CancellationToken cancellationToken)
    {
        if (!ResourceName.IsValid(body.Name))
            throw ApiException.BadRequest("name", "name is needed: letters, digits, '.', '_' and '-', starting with a letter or digit, at most 128 characters.");
        var version = await models.RequireAsync(body.Model, cancellationToken);
        var created = await collections.CreateAsync(body.Name!, version.Id, body.Precision == VectorPrecision.Float16, cancellationToken, body.KeepPictures);
        if (body.Index != IndexChoice.Auto)
            await store.ChooseAsync(created.Id, body.Index, cancellationToken);
        return TypedResults.Created($"/api/v1/collections/{created.Name}", await desk.ViewAsync(created, null, cancellationToken));
    }

    private static async Task<Page<CollectionView>> ListAsync(string? cursor, int? limit, CollectionStore collections, IndexDesk desk, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<Guid, IndexView> indexes = new Dictionary<Guid, IndexView>();
        return await Cursor.PageAsync<Collection, CollectionView, string>(
            cursor,
            limit,
            async (after, take) =>
            {
                var page = await collections.ListAsync(after, take, cancellationToken);
                indexes = await desk.ViewAsync(page, cancellationToken);
                return page;
            },
            c => c.Name,
            c => CollectionView.Of(c, indexes[c.Id], null));
    }

    private static async Task<CollectionView> GetAsync(string name, CollectionStore collections, ReembeddingStore reembeddings, IndexDesk desk, CancellationToken cancellationToken)
    {
        var collection = await collections.FindAsync(name, cancellationToken);
        return await desk.ViewAsync(collection, await reembeddings.UnderWayAsync(collection.Id, cancellationToken), cancellationToken);
    }

    private static async Task<NoContent> DeleteAsync(string name, CollectionStore collections, IndexCache indexes, CancellationToken cancellationToken)
    {
        var collection = await collections.FindAsync(name, cancellationToken);
        await collections.DeleteAsync(collection.Id, cancellationToken);
        indexes.Forget(collection.Id);
        return TypedResults.NoContent();
    }
}
