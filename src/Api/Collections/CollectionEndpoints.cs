using ContrastiveService.Api.Collections.Analysis;
using ContrastiveService.Api.Collections.Background;
using ContrastiveService.Api.Collections.Importing;
using ContrastiveService.Api.Collections.Items;
using ContrastiveService.Api.Collections.Reembeddings;
using ContrastiveService.Api.Collections.Searching;
using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Models;
using ContrastiveService.Api.Paging;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Reembeddings;
using ContrastiveService.Storage.Models;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ContrastiveService.Api.Collections;

static class CollectionEndpoints
{
    public static void AddCollections(this IServiceCollection services)
    {
        services.AddSingleton<IndexCache>();
        services.AddSingleton<AnalysisDesk>();
        services.AddScoped<SearchDesk>();
        services.AddScoped<ItemReader>();
        services.AddSingleton<BackgroundEmbedder>();
        services.AddWork<CollectionImport, CollectionImportStore, CollectionImporter>();
        services.AddWork<Reembedding, ReembeddingStore, CollectionReembedder>();
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
        collections.MapCollectionImports();
        collections.MapReembeddings();
        collections.MapAnalysis();
    }

    private static async Task<Created<CollectionView>> CreateAsync(CollectionRequest body, CollectionStore collections, ModelStore models, CancellationToken cancellationToken)
    {
        if (!ResourceName.IsValid(body.Name))
            throw ApiException.BadRequest("name", "name is needed: letters, digits, '.', '_' and '-', starting with a letter or digit, at most 128 characters.");
        var version = await models.RequireAsync(body.Model, cancellationToken);
        var created = await collections.CreateAsync(body.Name!, version.Id, body.Precision == VectorPrecision.Float16, cancellationToken, body.KeepPictures);
        return TypedResults.Created($"/api/v1/collections/{created.Name}", CollectionView.Of(created));
    }

    private static Task<Page<CollectionView>> ListAsync(string? cursor, int? limit, CollectionStore collections, CancellationToken cancellationToken) =>
        Cursor.PageAsync<Collection, CollectionView, string>(
            cursor, limit, (after, take) => collections.ListAsync(after, take, cancellationToken), c => c.Name, CollectionView.Of);

    private static async Task<CollectionView> GetAsync(string name, CollectionStore collections, ReembeddingStore reembeddings, CancellationToken cancellationToken)
    {
        var collection = await collections.FindAsync(name, cancellationToken);
        return CollectionView.Of(collection, await reembeddings.UnderWayAsync(collection.Id, cancellationToken));
    }

    private static async Task<NoContent> DeleteAsync(string name, CollectionStore collections, IndexCache indexes, CancellationToken cancellationToken)
    {
        var collection = await collections.FindAsync(name, cancellationToken);
        await collections.DeleteAsync(collection.Id, cancellationToken);
        indexes.Forget(collection.Id);
        return TypedResults.NoContent();
    }
}
