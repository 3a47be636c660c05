using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Paging;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Collections;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ContrastiveService.Api.Collections.Items;

static class CollectionItemEndpoints
{
    public static void MapCollectionItems(this RouteGroupBuilder collections)
    {
        foreach (var method in new[] { HttpMethods.Post, HttpMethods.Put })
            collections.MapMethods("/{name}/items", [method], UpsertAsync)
                .WithExample(
                    $$"""{ "items": [{ "key": "grey", "image": "{{PictureExamples.Square}}", "metadata": { "label": "square" } }, { "image": { "dataset": "fashion", "key": "test/000000.png" } }] }""",
                    typeof(UpsertItems))
                .WithUpload(
                    "Pictures as files of a form; key (else the file's name) and metadata (a JSON object) as fields: one value for each file in order, of metadata also one for all.",
                    ["file"], ["key", "metadata", "model", "onError"])
                .WithSummary("Writes items under their keys, all or none: pictures, which the collection's version embeds, or vectors.")
                .WithDescription("With `onError: \"report\"` an item that cannot be written keeps out itself alone: `errors` says of each such item its `index`, `param`, `code` and `message`.");
        collections.MapGet("/{name}/items", ListAsync).WithSummary("Items by key.");
        collections.MapGet("/{name}/items/{**key}", GetAsync).WithSummary("An item. Slashes in a key may stand as %2F.");
        collections.MapDelete("/{name}/items/{**key}", DeleteAsync).WithSummary("Deletes an item.");
    }

    private static async Task<UpsertedItems> UpsertAsync(
        string name, HttpRequest request, CollectionStore collections, CollectionItemStore items, ItemReader reader, CancellationToken cancellationToken)
    {
        var collection = await collections.FindAsync(name, cancellationToken);
        var (read, faults) = await reader.ReadAsync(collection, request, cancellationToken);
        var result = await items.UpsertAsync(collection.Id, read, cancellationToken);
        return new UpsertedItems(collection.ModelName(), result.Added, result.Updated, result.Revision, faults.View);
    }

    /// <param name="vector">true adds the vectors.</param>
    private static async Task<Page<CollectionItemView>> ListAsync(
        string name, string? cursor, int? limit, bool? vector, CollectionStore collections, CollectionItemStore items, CancellationToken cancellationToken)
    {
        var collection = await collections.FindAsync(name, cancellationToken);
        return await Cursor.PageAsync<CollectionItem, CollectionItemView, string>(
            cursor, limit, (after, take) => items.ListAsync(collection.Id, after, take, cancellationToken), i => i.Key, i => CollectionItemView.Of(i, vector, collection.Half));
    }

    /// <param name="vector">true adds the vector.</param>
    private static async Task<CollectionItemView> GetAsync(
        string name, string key, bool? vector, HttpContext context, CollectionStore collections, CollectionItemStore items, CancellationToken cancellationToken)
    {
        var collection = await collections.FindAsync(name, cancellationToken);
        var asked = KeyInPath.Read(context, name, key);
        var item = await items.GetAsync(collection.Id, asked, cancellationToken) ?? throw CollectionLookup.MissingItem(name, asked);
        return CollectionItemView.Of(item, vector, collection.Half);
    }

    private static async Task<NoContent> DeleteAsync(
        string name, string key, HttpContext context, CollectionStore collections, CollectionItemStore items, CancellationToken cancellationToken)
    {
        var collection = await collections.FindAsync(name, cancellationToken);
        var asked = KeyInPath.Read(context, name, key);
        return await items.DeleteAsync(collection.Id, [asked], cancellationToken) > 0 ? TypedResults.NoContent() : throw CollectionLookup.MissingItem(name, asked);
    }
}
