using ContrastiveService.Api.Datasets.Ingestion;
using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Paging;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ContrastiveService.Api.Datasets;

static class DatasetEndpoints
{
    public static void MapDatasets(this IEndpointRouteBuilder routes)
    {
        var datasets = routes.MapGroup("/api/v1/datasets").WithTags("Data sets");
        datasets.MapPost("/", CreateAsync)
            .WithSummary("Creates an empty data set.")
            .WithExample("""{ "name": "fashion", "description": "Ten kinds of clothing, 28×28" }""");
        datasets.MapGet("/", ListAsync).WithSummary("Data sets by name.");
        datasets.MapGet("/{name}", GetAsync).WithSummary("A data set with its statistics and its last uploads.");
        datasets.MapDelete("/{name}", DeleteAsync).WithSummary("Deletes a data set and its pictures. Refused while a job or an upload uses it.");
        datasets.MapGet("/{name}/duplicates", DuplicatesAsync).WithSummary("Pictures that are there more than once under different keys, with their labels.");
        datasets.MapItems();
        datasets.MapImports();
    }

    private static async Task<Created<DatasetView>> CreateAsync(CreateDataset body, DatasetStore store, CancellationToken cancellationToken)
    {
        if (!ResourceName.IsValid(body.Name))
            throw ApiException.BadRequest(
                "name", "name is needed: letters, digits, '.', '_' and '-', starting with a letter or digit, at most 128 characters.");
        var created = await store.CreateAsync(body.Name!, body.Description, cancellationToken);
        return TypedResults.Created($"/api/v1/datasets/{created.Name}", DatasetView.Of(created));
    }

    private static Task<Page<DatasetView>> ListAsync(string? cursor, int? limit, DatasetStore store, CancellationToken cancellationToken) =>
        Cursor.PageAsync<Dataset, DatasetView, string>(
            cursor, limit, (after, take) => store.ListAsync(after, take, cancellationToken), d => d.Name, DatasetView.Of);

    private static async Task<DatasetDetails> GetAsync(string name, DatasetStore store, ImportStore imports, CancellationToken cancellationToken)
    {
        var d = await store.FindAsync(name, cancellationToken);
        var statistics = await store.StatisticsAsync(d.Id, d.Version, cancellationToken);
        var last = await imports.ListAsync(d.Id, 5, cancellationToken);
        return new(d.Name, d.Description, d.Version, d.Items, d.Bytes, d.CreatedAt, d.UpdatedAt, statistics, [.. last.Select(ImportView.Of)]);
    }

    private static async Task<NoContent> DeleteAsync(string name, DatasetStore store, CancellationToken cancellationToken)
    {
        var dataset = await store.FindAsync(name, cancellationToken);
        await store.DeleteAsync(dataset.Id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Page<DuplicateView>> DuplicatesAsync(
        string name, string? cursor, int? limit, DatasetStore store, DuplicateStore duplicates, CancellationToken cancellationToken)
    {
        var dataset = await store.FindAsync(name, cancellationToken);
        return await Cursor.PageAsync<DuplicateGroup, DuplicateView, ContentHash>(
            cursor, limit,
            (after, take) => duplicates.ListAsync(dataset.Id, after.Hex is null ? null : Convert.FromHexString(after.Hex), take, cancellationToken),
            g => new(g.Sha256), DuplicateView.Of);
    }

    /// <exception cref="ApiException">404: there is no data set of that name.</exception>
    public static async Task<Dataset> FindAsync(this DatasetStore store, string name, CancellationToken cancellationToken, string? param = null) =>
        await store.GetAsync(name, cancellationToken)
        ?? throw ApiException.NotFound("dataset_not_found", $"There is no data set '{name}'. GET /api/v1/datasets lists those there are.", param);
}
