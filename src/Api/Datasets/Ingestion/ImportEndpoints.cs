using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Paging;
using ContrastiveService.Storage.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ContrastiveService.Api.Datasets.Ingestion;

static class ImportEndpoints
{
    public static void AddImports(this IServiceCollection services)
    {
        services.AddSingleton<ImportQueue>();
        services.AddSingleton<ImportDesk>();
        services.AddHostedService<ImportWorker>();
        services.AddHostedService<ImportPulse>();
    }

    public static void MapImports(this RouteGroupBuilder datasets)
    {
        datasets.MapPost("/{name}/archive", ReceiveAsync)
            .WithUpload(
                "The archive as the body, or as a file of a form. A pair of IDX files comes as two files of one form.", ["file", "labels"], [],
                "application/zip", "application/gzip", "application/x-tar", "application/octet-stream")
            .WithSummary("Streams a zip, tar, tar.gz or IDX files in. Answers when all of it is here; reading goes on behind the import's address.")
            .WithDescription(
                "Folders are read as label/file or domain/label/file under an optional train, val or test folder (`layout` says otherwise). "
                + "Entries that are no pictures are listed under /rejects and the good ones kept; an archive that breaks off publishes nothing.");
        datasets.MapGet("/{name}/imports", ListAsync).WithSummary("The last uploads, newest first.");
        datasets.MapGet("/{name}/imports/{id:guid}", GetAsync).WithSummary("How far an upload is, and what came of it.");
        datasets.MapGet("/{name}/rejects", RejectsAsync).WithSummary("Entries that were not taken, and why.");
    }

    /// <param name="layout">auto (by depth), flat (folders mean nothing), label (label/file) or domain-label (domain/label/file).</param>
    /// <param name="root">Only what lies under this folder is taken, and the folder is left out of keys.</param>
    /// <param name="split">train, val or test, for items whose path names none.</param>
    /// <param name="prefix">Put before every key.</param>
    /// <param name="labelNames">IDX only: names of the classes 0, 1, 2, …, separated by commas.</param>
    private static async Task<Accepted<ImportView>> ReceiveAsync(
        string name, string? layout, string? root, string? split, string? prefix, string? labelNames, HttpContext context, DatasetStore datasets,
        ImportDesk desk)
    {
        var how = ImportOptions.Read(layout, root, split, prefix, labelNames);
        var dataset = await datasets.FindAsync(name, context.RequestAborted);
        var import = await desk.ReceiveAsync(dataset, how, context);
        context.Response.Headers.RetryAfter = "1";
        return TypedResults.Accepted($"/api/v1/datasets/{name}/imports/{import.Id}", ImportView.Of(import));
    }

    private static async Task<IReadOnlyList<ImportView>> ListAsync(
        string name, int? limit, DatasetStore datasets, ImportStore imports, CancellationToken cancellationToken)
    {
        var dataset = await datasets.FindAsync(name, cancellationToken);
        var rows = await imports.ListAsync(dataset.Id, Cursor.Limit(limit), cancellationToken);
        return [.. rows.Select(ImportView.Of)];
    }

    private static async Task<ImportView> GetAsync(string name, Guid id, DatasetStore datasets, ImportStore imports, CancellationToken cancellationToken)
    {
        var dataset = await datasets.FindAsync(name, cancellationToken);
        var import = await imports.GetAsync(id, cancellationToken);
        return import?.DatasetId == dataset.Id
            ? ImportView.Of(import)
            : throw ApiException.NotFound("import_not_found", $"The data set '{name}' has no import {id}.");
    }

    private static async Task<Page<RejectView>> RejectsAsync(
        string name, string? cursor, int? limit, DatasetStore datasets, ImportStore imports, CancellationToken cancellationToken)
    {
        var dataset = await datasets.FindAsync(name, cancellationToken);
        return await Cursor.PageAsync<RejectedItem, RejectView, long>(
            cursor, limit, (after, take) => imports.RejectsAsync(dataset.Id, after, take, cancellationToken), r => r.Id, r => new(r.Key, r.Reason));
    }
}
