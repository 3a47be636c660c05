using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Models;
using ContrastiveService.Api.Paging;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Reembeddings;
using ContrastiveService.Storage.Models;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ContrastiveService.Api.Collections.Reembeddings;

static class ReembeddingEndpoints
{
    public static void MapReembeddings(this RouteGroupBuilder collections)
    {
        collections.MapPost("/{name}/re-embeddings", StartAsync)
            .WithExample("""{ "model": "fashion@production", "dropMissing": false, "dropFailed": false }""")
            .WithSummary("Embeds every item anew by another model version, in the background, then goes over to it at one moment: searches see all old vectors or all new ones.");
        collections.MapGet("/{name}/re-embeddings", ListAsync).WithSummary("Its re-embeddings, newest first.");
        collections.MapGet("/{name}/re-embeddings/{id:guid}", GetAsync).WithSummary("How far a re-embedding is, and how long it will take.");
        collections.MapGet("/{name}/re-embeddings/{id:guid}/failures", FailuresAsync).WithSummary("Items that have no vector of the new version, with the reasons.");
        collections.MapPost("/{name}/re-embeddings/{id:guid}/cancel", CancelAsync).WithSummary("Ends a re-embedding that is under way; the collection stays as it is.");
    }

    private static Task<Accepted<ReembeddingView>> StartAsync(
        string name, StartReembedding body, HttpResponse response, CollectionStore collections, ModelDirectory models, ReembeddingStore reembeddings, CancellationToken cancellationToken) =>
        collections.WithAsync(
            name,
            async collection =>
            {
                var version = await models.RequireAsync(body.Model, cancellationToken);
                if (version.Id == collection.ModelVersionId)
                    throw new ApiException(
                        StatusCodes.Status409Conflict, "same_version", $"The collection '{name}' is of {collection.ModelName()} already, which is what '{body.Model}' means now.", "model");
                try
                {
                    var started = await reembeddings.StartAsync(collection, version.Id, body.DropMissing, body.DropFailed, cancellationToken);
                    response.Headers.RetryAfter = "1";
                    return TypedResults.Accepted($"/api/v1/collections/{name}/re-embeddings/{started.Id}", ReembeddingView.Of(started));
                }
                catch (PicturesMissingException e)
                {
                    throw Missing(e);
                }
            },
            cancellationToken);

    private static ApiException Missing(PicturesMissingException e)
    {
        var more = e.Count > e.First.Count ? " and others" : "";
        return new(
            StatusCodes.Status409Conflict, "items_without_picture",
            $"{e.Count} items have no picture to embed, as they came as vectors, or their pictures were not kept, or are gone with their data set: "
            + $"{string.Join(", ", e.First.Select(key => $"'{key}'"))}{more}. Send their pictures again under these keys, or delete them, or set \"dropMissing\": true to leave them out.",
            "dropMissing");
    }

    private static async Task<IReadOnlyList<ReembeddingView>> ListAsync(
        string name, int? limit, CollectionStore collections, ReembeddingStore reembeddings, CancellationToken cancellationToken)
    {
        var collection = await collections.FindAsync(name, cancellationToken);
        return [.. (await reembeddings.ListAsync(collection.Id, Cursor.Limit(limit), cancellationToken)).Select(ReembeddingView.Of)];
    }

    private static async Task<ReembeddingView> GetAsync(
        string name, Guid id, CollectionStore collections, ReembeddingStore reembeddings, CancellationToken cancellationToken) =>
        ReembeddingView.Of(await FindAsync(name, id, collections, reembeddings, cancellationToken));

    private static async Task<Page<FailureView>> FailuresAsync(
        string name, Guid id, string? cursor, int? limit, CollectionStore collections, ReembeddingStore reembeddings, CancellationToken cancellationToken)
    {
        var found = await FindAsync(name, id, collections, reembeddings, cancellationToken);
        return await Cursor.PageAsync<ReembeddingFailure, FailureView, long>(
            cursor, limit, (after, take) => reembeddings.FailuresAsync(found.Id, after, take, cancellationToken), f => f.ItemId, FailureView.Of);
    }

    private static async Task<ReembeddingView> CancelAsync(
        string name, Guid id, CollectionStore collections, ReembeddingStore reembeddings, CancellationToken cancellationToken)
    {
        var found = await FindAsync(name, id, collections, reembeddings, cancellationToken);
        var cancelled = await reembeddings.CancelAsync(id, cancellationToken);
        var now = await reembeddings.GetAsync(id, cancellationToken) ?? found;
        return cancelled || now.State == "cancelled"
            ? ReembeddingView.Of(now)
            : throw new ApiException(StatusCodes.Status409Conflict, "wrong_state", $"The re-embedding {id} has ended as {now.State}; there is nothing to cancel.");
    }

    private static async Task<Reembedding> FindAsync(
        string name, Guid id, CollectionStore collections, ReembeddingStore reembeddings, CancellationToken cancellationToken)
    {
        var collection = await collections.FindAsync(name, cancellationToken);
        var found = await reembeddings.GetAsync(id, cancellationToken);
        return found?.CollectionId == collection.Id
            ? found
            : throw ApiException.NotFound("re_embedding_not_found", $"The collection '{name}' has no re-embedding {id}. GET /api/v1/collections/{name}/re-embeddings lists those there are.");
    }
}
