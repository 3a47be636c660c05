using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Paging;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Models;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ContrastiveService.Api.Models;

static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        var models = routes.MapGroup("/api/v1/models").WithTags("Models");
        models.MapGet("/", ListAsync).WithSummary("Models by name.");
        models.MapGet("/{name}", GetAsync).WithSummary("A model and its aliases.");
        models.MapGet("/{name}/versions", VersionsAsync).WithSummary("Its versions, newest first.");
        models.MapGet("/{name}/versions/{version:int}", VersionAsync).WithSummary("A version's card: numbers, judgement, calibration, preprocessing, background, plan.")
            .WithDescription(
                "`card.judgement` has all that was measured on the split `card.evaluatedOn`: kNN, linear probe, retrieval, clusters, verification with thresholds for few false "
                + "accepts, and under `floors` the same for raw pixels, mean-centred pixels and the untrained network. Cards of older versions lack it. "
                + "`calibration` says how similarities become P(same) and decisions, how well that fits pairs it was not fitted to, or why there is none; `card.calibration` has the fit itself. "
                + "`card.domains`, of jobs with two domains, has the accuracies on both, how far apart the features lie before and after, and how much of the gap was covered.");
        models.MapGet("/{name}/aliases/{alias}", AliasAsync).WithSummary("What an alias means, with its ETag.");
        models.MapPut("/{name}/aliases/{alias}", MoveAsync)
            .WithExample("""{ "version": 1 }""")
            .WithHeader("If-Match", "The alias's ETag: it is moved only if nobody else has moved it since.")
            .WithHeader("If-None-Match", "* only creates the alias.")
            .WithSummary("Points an alias at a version. A bare model name means its `production` alias once that is set, before that `latest`.");
    }

    private static Task<Page<ModelView>> ListAsync(string? cursor, int? limit, ModelStore models, CancellationToken cancellationToken) =>
        Cursor.PageAsync<Model, ModelView, string>(cursor, limit, (after, take) => models.ListAsync(after, take, cancellationToken), m => m.Name, ModelView.Of);

    private static async Task<ModelView> GetAsync(string name, ModelStore models, CancellationToken cancellationToken) =>
        ModelView.Of(await models.FindAsync(name, cancellationToken));

    private static async Task<IReadOnlyList<VersionView>> VersionsAsync(string name, ModelStore models, CancellationToken cancellationToken)
    {
        await models.FindAsync(name, cancellationToken);
        return [.. (await models.VersionsAsync(name, cancellationToken)).Select(VersionView.InList)];
    }

    private static async Task<VersionView> VersionAsync(string name, int version, ModelStore models, CancellationToken cancellationToken) =>
        await models.GetAsync(name, version, cancellationToken) is { } found
            ? VersionView.Of(found)
            : throw ApiException.NotFound("model_not_found", $"There is no version {version} of a model '{name}'.");

    private static async Task<AliasView> AliasAsync(string name, string alias, HttpResponse response, ModelStore models, CancellationToken cancellationToken)
    {
        var model = await models.FindAsync(name, cancellationToken);
        var found = model.Aliases.FirstOrDefault(a => a.Alias == alias)
            ?? throw ApiException.NotFound("alias_not_found", $"The model '{name}' has no alias '{alias}'.");
        response.Headers.ETag = AliasPrecondition.Tag(found);
        return AliasView.Of(found);
    }

    private static async Task<AliasView> MoveAsync(
        string name, string alias, MoveAlias body, HttpContext context, ModelStore models, CancellationToken cancellationToken)
    {
        if (alias == ModelStore.LatestAlias || !ResourceName.IsValid(alias))
            throw ApiException.BadRequest(
                "alias", alias == ModelStore.LatestAlias ? "The alias 'latest' moves by itself to every new version." : $"'{alias}' is no name for an alias.");
        var version = body.Version ?? throw ApiException.BadRequest("version", "version is needed: the number of the version that the alias shall mean.");
        var model = await models.FindAsync(name, cancellationToken);
        if (await models.GetAsync(name, version, cancellationToken) is null)
            throw ApiException.NotFound("version_not_found", $"The model '{name}' has no version {version}; its latest is {model.LatestVersion}.", "version");
        var expected = AliasPrecondition.Read(context.Request, model.Aliases.FirstOrDefault(a => a.Alias == alias));
        var moved = await models.SetAliasAsync(name, alias, version, expected, cancellationToken);
        await ModelDirectory.ForgottenAsync(cancellationToken);
        context.Response.Headers.ETag = AliasPrecondition.Tag(moved);
        return AliasView.Of(moved);
    }

    private static async Task<Model> FindAsync(this ModelStore models, string name, CancellationToken cancellationToken) =>
        await models.GetAsync(name, cancellationToken)
            ?? throw ApiException.NotFound("model_not_found", $"There is no model '{name}'. GET /api/v1/models lists those there are.");
}
