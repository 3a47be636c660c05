using System.Text.Json;
using ContrastiveService.Api.Collections.Items;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Json;
using ContrastiveService.Api.Models;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Training.Search;

namespace ContrastiveService.Api.Collections.Searching;

/// <summary>From what a request looks for to what is found.</summary>
sealed class SearchDesk(
    CollectionStore collections, CollectionItemStore items, CollectionVectorStore vectors, ModelDirectory models, SearchRouter router, ItemReader reader, PictureReader pictures)
{
    private const int DefaultK = 10, LargestK = 10_000;

    // How often a search is done again because something that it found was deleted before it could be described.
    private const int Attempts = 4;

    public Task<SearchView> SearchAsync(string name, SearchRequest request, Picture? picture, CancellationToken cancellationToken)
    {
        var filter = FilterReader.Read(request.Filter);
        return collections.WithAsync(name, collection => SearchAsync(collection, filter, request, picture, cancellationToken), cancellationToken);
    }

    private async Task<SearchView> SearchAsync(Collection collection, MetadataFilter? filter, SearchRequest request, Picture? picture, CancellationToken cancellationToken)
    {
        var query = await QueryAsync(collection, request, picture, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var result = await router.SearchAsync(collection, query, filter, request.Exact == true, cancellationToken);
            var described = await items.DescribeAsync(collection.Id, [.. result.Hits.Select(hit => hit.Id)], cancellationToken);
            // With something gone there would be fewer than there could be.
            if (described.Count == result.Hits.Length || attempt == Attempts)
                return new SearchView(
                    collection.Name, collection.ModelName(), result.Matches, result.Exact, result.Reason,
                    [.. from hit in result.Hits where described.ContainsKey(hit.Id) let found = described[hit.Id]
                        select new FoundItem(found.Key, Math.Clamp(hit.Score, -1, 1), JsonElement.Parse(found.Metadata))]);
            var now = await collections.FindAsync(collection.Name, cancellationToken);
            // What was looked for is a vector of the version that was in force at the beginning.
            if (now.ModelVersionId != collection.ModelVersionId)
                throw new VersionChangedException(collection.Id);
            collection = now;
        }
    }

    private async Task<VectorQuery> QueryAsync(Collection collection, SearchRequest request, Picture? picture, CancellationToken cancellationToken)
    {
        var (k, minimum) = (request.K ?? DefaultK, request.MinCosine);
        if (k is < 1 or > LargestK)
            throw ApiException.BadRequest("k", $"k is {k}; it must be 1 to {LargestK}.");
        if (minimum is { } cosine and not (>= -1 and <= 1))
            throw ApiException.BadRequest("minCosine", $"minCosine is {cosine}; it must be -1 to 1.");
        await models.CheckModelAsync(collection, request.Model, cancellationToken);
        var (image, vector) = (request.Image.Given, request.Vector.Given);
        if ((picture is null && image is null ? 0 : 1) + (vector is null ? 0 : 1) + (request.Key is null ? 0 : 1) != 1)
            throw ApiException.BadRequest("image", "One of image, vector and key is needed: what to look for.");
        var query = new VectorQuery([], k) { Minimum = minimum is { } least ? (float)least : float.NegativeInfinity };
        if (request.Key is { } key)
        {
            var item = await vectors.GetAsync(collection.Id, collection.ModelVersionId, key, cancellationToken) ?? throw CollectionLookup.MissingItem(collection.Name, key, "key");
            return query with { Vector = VectorFormat.Unit(VectorFormat.Decode(item.Vector, collection.Half)), Except = item.Id };
        }

        if (vector is { } numbers)
            return query with { Vector = VectorReader.Read(numbers, "vector", collection) };
        picture ??= await pictures.ReadOneAsync(image!.Value, "image", cancellationToken);
        return query with { Vector = await reader.EmbedAsync(collection, picture, cancellationToken) };
    }
}
