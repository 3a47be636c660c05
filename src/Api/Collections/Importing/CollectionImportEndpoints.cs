using ContrastiveService.Api.Datasets;
using ContrastiveService.Api.Datasets.Ingestion;
using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Paging;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ContrastiveService.Api.Collections.Importing;

static class CollectionImportEndpoints
{
    public static void MapCollectionImports(this RouteGroupBuilder collections)
    {
        collections.MapPost("/{name}/import", StartAsync)
            .WithExample("""{ "dataset": "fashion", "split": "test" }""")
            .WithSummary("Embeds a data set's pictures into the collection, in the background, under their keys; label, domain, group and split become metadata.");
        collections.MapGet("/{name}/imports", ListAsync).WithSummary("Its imports, newest first.");
        collections.MapGet("/{name}/imports/{id:guid}", GetAsync).WithSummary("How far an import is.");
    }

    private static async Task<Accepted<CollectionImportView>> StartAsync(
        string name, ImportDataset body, HttpResponse response, CollectionStore collections, DatasetStore datasets, CollectionImportStore imports,
        CancellationToken cancellationToken)
    {
        var collection = await collections.FindAsync(name, cancellationToken);
        if (string.IsNullOrEmpty(body.Dataset))
            throw ApiException.BadRequest("dataset", "dataset is needed: the name of the data set whose pictures are to be embedded.");
        var split = ImportOptions.CheckSplit(body.Split);
        var dataset = await datasets.FindAsync(body.Dataset, cancellationToken, "dataset");
        var import = await imports.StartAsync(collection.Id, dataset, split, cancellationToken);
        response.Headers.RetryAfter = "1";
        return TypedResults.Accepted($"/api/v1/collections/{name}/imports/{import.Id}", CollectionImportView.Of(import));
    }

    private static async Task<IReadOnlyList<CollectionImportView>> ListAsync(
        string name, int? limit, CollectionStore collections, CollectionImportStore imports, CancellationToken cancellationToken)
    {
        var collection = await collections.FindAsync(name, cancellationToken);
        return [.. (await imports.ListAsync(collection.Id, Cursor.Limit(limit), cancellationToken)).Select(CollectionImportView.Of)];
    }

    private static async Task<CollectionImportView> GetAsync(
        string name, Guid id, CollectionStore collections, CollectionImportStore imports, CancellationToken cancellationToken)
    {
        var collection = await collections.FindAsync(name, cancellationToken);
        var import = await imports.GetAsync(id, cancellationToken);
        return import?.CollectionId == collection.Id
            ? CollectionImportView.Of(import)
            : throw ApiException.NotFound("import_not_found", $"The collection '{name}' has no import {id}.");
    }
}
