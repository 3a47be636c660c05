using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Models;

namespace ContrastiveService.Api.Models;

static class ModelLookup
{
    /// <summary>Finds the version that <c>name</c>, <c>name:version</c> or <c>name@alias</c> means.</summary>
    /// <exception cref="ApiException">It is missing, or there is none.</exception>
    public static async Task<ModelVersion> RequireAsync(this ModelStore models, string? reference, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(reference))
            throw ApiException.BadRequest("model", "model is needed: name, name:version or name@alias. GET /api/v1/models lists the models.");
        return await models.ResolveAsync(reference, cancellationToken)
            ?? throw ApiException.NotFound(
                "model_not_found",
                $"The model '{reference}' does not exist. GET /api/v1/models lists the models; a reference is name, name:version or name@alias.", "model");
    }
}
