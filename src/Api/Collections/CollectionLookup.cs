using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Models;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Models;

namespace ContrastiveService.Api.Collections;

static class CollectionLookup
{
    private const int Attempts = 4;

    /// <exception cref="ApiException">404: there is no collection of that name.</exception>
    public static async Task<Collection> FindAsync(this CollectionStore collections, string name, CancellationToken cancellationToken) =>
        await collections.GetAsync(name, cancellationToken)
        ?? throw ApiException.NotFound("collection_not_found", $"There is no collection '{name}'. GET /api/v1/collections lists those there are.");

    /// <summary>
    /// Does something with a collection's vectors, which are those of one version from beginning to end: anew, where the collection went over to another one meanwhile.
    /// </summary>
    /// <exception cref="ApiException">404: there is no collection of that name.</exception>
    /// <exception cref="VersionChangedException">It did so again and again.</exception>
    public static async Task<T> WithAsync<T>(this CollectionStore collections, string name, Func<Collection, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work(await collections.FindAsync(name, cancellationToken));
            }
            catch (VersionChangedException) when (attempt < Attempts)
            {
                // The next look shows the version that is in force.
            }
        }
    }

    /// <summary>The full name of the version that its vectors are of.</summary>
    public static string ModelName(this Collection collection) => $"{collection.Model}:{collection.Version}";

    /// <summary>Lets a caller make sure which version is at work: vectors of another one mean something else, whatever their width.</summary>
    /// <exception cref="ApiException">404: there is no such model. 409: it is another version than the collection's.</exception>
    public static async Task CheckModelAsync(this ModelDirectory models, Collection collection, string? reference, CancellationToken cancellationToken)
    {
        if (reference is null)
            return;
        var asked = await models.RequireAsync(reference, cancellationToken);
        if (asked.Id != collection.ModelVersionId)
            throw new ApiException(
                StatusCodes.Status409Conflict, "other_model",
                $"The collection '{collection.Name}' holds vectors of {collection.ModelName()}, and '{reference}' is {asked.Model}:{asked.Version}. "
                + "Leave model out, re-embed the collection for that version, or create another one for it.", "model");
    }

    /// <summary>The version that a collection is bound to.</summary>
    public static async Task<ModelVersion> OfAsync(this ModelDirectory models, Collection collection, CancellationToken cancellationToken) =>
        await models.GetAsync(collection.ModelVersionId, cancellationToken)
        ?? throw ApiException.NotFound("model_not_found", $"The model version {collection.ModelName()} is gone.");

    public static ApiException MissingItem(string collection, string key, string? param = null) =>
        ApiException.NotFound("item_not_found", $"The collection '{collection}' has no item '{key}'.", param);
}
