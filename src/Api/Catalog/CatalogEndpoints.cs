using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Methods;

namespace ContrastiveService.Api.Catalog;

static class CatalogEndpoints
{
    public static void MapCatalog(this IEndpointRouteBuilder routes)
    {
        var catalog = routes.MapGroup("/api/v1").WithTags("Catalog");
        catalog.MapGet("/methods", () => MethodCatalog.All.Select(MethodView.Of))
            .WithSummary("Every method, with the JSON schema of its options, its paper, and the data it needs.");
        catalog.MapGet("/backbones", () => BackboneCatalog.All.Select(BackboneView.Of))
            .WithSummary("Every encoder, with its width and the smallest picture it takes.");
    }
}
