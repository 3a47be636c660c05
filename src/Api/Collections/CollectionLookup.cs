using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Models;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Models;

namespace ContrastiveService.Api.Collections;

static class CollectionLookup
{
    /// <exception cref="ApiException">404: there is no collection of that name.</exception>
    public static async Task<Collection> FindAsync(this CollectionStore collections, string name, CancellationToken cancellationToken) =>
        await collections.GetAsync(name, cancellationToken)
        ?? throw ApiException.NotFound("collection_not_found", $"There is no collection '{name}'. GET /api/v1/collections lists those there are.");

    /// <summary>The full name of the version that its vectors are of.</summary>
    public static string ModelName(this Collection collection) => $"{collection.Model}:{collection.Version}";

    /// <summary>Lets a caller make sure which version is at work: vectors of another one mean something else, whatever their width.</summary>
    /// <exception cref="ApiException">404: there is no such model. 409: it is another version than the collection's.</exception>
    public static async Task CheckModelAsync(this ModelStore models, Collection collection, string? reference, CancellationToken cancellationToken)
    {
        if (reference is null)
            return;
        var asked = await models.RequireAsync(reference, cancellationToken);
        if (asked.Id != collection.ModelVersionId)
            throw new ApiException(
                StatusCodes.Status409Conflict, "other_model",
                $"The collection '{collection.Name}' holds vectors of {collection.ModelName()}, and '{reference}' is {asked.Model}:{asked.Version}. "
                + "Leave model out, or create a collection for that version.", "model");
    }

    /// <summary>The version that a collection is bound to.</summary>
    public static async Task<ModelVersion> OfAsync(this ModelStore models, Collection collection, CancellationToken cancellationToken) =>
        await models.GetAsync(collection.Model, collection.Version, cancellationToken)
        ?? throw ApiException.NotFound("model_not_found", $"The model version {collection.ModelName()} is gone.");

    public static ApiException MissingItem(string collection, string key, string? param = null) =>
        ApiException.NotFound("item_not_found", $"The collection '{collection}' has no item '{key}'.", param);
}
