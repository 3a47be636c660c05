using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Paging;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Reembeddings;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ContrastiveService.Api.Collections.Items;

static class CollectionItemEndpoints
{
    private const int MostKeys = 10_000;

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
        collections.MapPost("/{name}/items/delete", DeleteManyAsync)
            .WithExample("""{ "filter": { "label": "broken" } }""")
            .WithSummary("Deletes items by keys or by a filter as for a search, or all: everything that is meant, or nothing.");
        collections.MapGet("/{name}/items", ListAsync).WithSummary("Items by key.");
        collections.MapGet("/{name}/items/{**key}", GetAsync).WithSummary("An item. Slashes in a key may stand as %2F.");
        collections.MapDelete("/{name}/items/{**key}", DeleteAsync).WithSummary("Deletes an item.");
    }

    private static async Task<UpsertedItems> UpsertAsync(
        string name, HttpRequest request, CollectionStore collections, CollectionItemStore items, ItemReader reader, CancellationToken cancellationToken)
    {
        ItemInput? input = null;
        return await collections.WithAsync(
            name,
            async collection =>
            {
                input ??= await ItemInput.ReadAsync(request, cancellationToken);
                var read = await reader.ReadAsync(collection, input, cancellationToken);
                try
                {
                    var result = await items.UpsertAsync(collection, read.Items, cancellationToken);
                    return new UpsertedItems(collection.ModelName(), result.Added, result.Updated, result.Revision, read.Faults.View);
                }
                catch (ReembeddingUnderWayException e)
                {
                    throw new ApiException(
                        StatusCodes.Status409Conflict, "re_embedding_under_way",
                        $"{e.Message} A vector of {collection.ModelName()} would be of no use afterwards, and it cannot be made anew. Nothing was written; "
                        + "send the picture (to a collection that keeps pictures, or out of a data set), or wait for the end of the re-embedding, or cancel it.",
                        input.Param(read.PlaceOf(e.Key)));
                }
            },
            cancellationToken);
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
        return await items.DeleteAsync(collection.Id, [asked], cancellationToken) is { Deleted: > 0 } ? TypedResults.NoContent() : throw CollectionLookup.MissingItem(name, asked);
    }

    private static async Task<DeletedItems> DeleteManyAsync(
        string name, DeleteItems body, CollectionStore collections, CollectionItemStore items, CancellationToken cancellationToken)
    {
        var collection = await collections.FindAsync(name, cancellationToken);
        var filter = FilterReader.Read(body.Filter);
        if ((body.Keys is null ? 0 : 1) + (filter is null ? 0 : 1) + (body.All ? 1 : 0) != 1)
            throw ApiException.BadRequest("keys", "One of keys, filter and \"all\": true is needed: which items to delete.");
        var result = filter is not null ? await items.DeleteAsync(collection.Id, filter, cancellationToken)
            : body.All ? await items.DeleteAllAsync(collection.Id, cancellationToken)
            : await items.DeleteAsync(collection.Id, Keys(body.Keys!), cancellationToken);
        return new DeletedItems(result.Deleted, result.Left, result.Revision);
    }

    private static string[] Keys(IReadOnlyList<string?> keys)
    {
        if (keys.Count is 0 or > MostKeys)
            throw ApiException.BadRequest("keys", $"keys has {keys.Count} elements; 1 to {MostKeys} are taken.");
        return [.. keys.Select((key, i) => string.IsNullOrEmpty(key) || key.Contains('\0')
            ? throw ApiException.BadRequest($"keys[{i}]", $"keys[{i}] is not a key: a text, without a zero character.")
            : key)];
    }
}
