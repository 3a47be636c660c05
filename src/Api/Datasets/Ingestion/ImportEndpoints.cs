using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Paging;
using ContrastiveService.Storage.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ContrastiveService.Api.Datasets.Ingestion;

static class ImportEndpoints
{
    private const string Manifests =
        "A `manifest.csv` (with a header) or `manifest.jsonl` (an object a line) in the topmost folder, or in `root`, says what pictures are: path, label, domain, "
        + "group, split. Paths are read from the manifest's own folder on. With a manifest only the pictures that it names are taken; the others, bad lines by their "
        + "number, and paths that are not there are listed under /rejects. A value that is left empty is read from the folders if `layout` says how; `auto` then "
        + "means flat. In a tar it may stand anywhere.";

    public static void AddImports(this IServiceCollection services)
    {
        services.AddSingleton<ImportQueue>();
        services.AddSingleton<ImportDesk>();
        services.AddSingleton<ImportRoots>();
        services.AddHostedService<ImportWorker>();
        services.AddHostedService<ImportPulse>();
    }

    public static void MapImports(this RouteGroupBuilder datasets)
    {
        datasets.MapPost("/{name}/archive", ReceiveAsync)
            .WithUpload(
                "The archive as the body, or as a file of a form. A pair of IDX files comes as two files of one form, and a manifest that is not in the archive as "
                + "the form's file `manifest`.",
                ["file", "labels", "manifest"], [],
                "application/zip", "application/gzip", "application/zstd", "application/x-tar", "application/octet-stream")
            .WithSummary("Streams a zip, tar, tar.gz, tar.zst or IDX files in. Answers when all of it is here; reading goes on behind the import's address.")
            .WithDescription(
                "Folders are read as label/file or domain/label/file under an optional train, val or test folder (`layout` says otherwise). "
                + "Entries that are no pictures are listed under /rejects and the good ones kept; an archive that breaks off publishes nothing. " + Manifests);
        datasets.MapPost("/{name}/folder", OpenAsync)
            .WithSummary("Imports a folder of the server, read where it is. Only from the folders that the setting Api:ImportRoots lists.")
            .WithDescription(
                "Folders are read as those of an archive are. Links to files are followed as long as they lead into one of the listed folders; links to folders "
                + "are not. " + Manifests)
            .WithExample("""{ "path": "/srv/pictures/pets", "layout": "label", "split": "train", "duplicates": "skip" }""");
        datasets.MapGet("/{name}/imports", ListAsync).WithSummary("The last uploads, newest first.");
        datasets.MapGet("/{name}/imports/{id:guid}", GetAsync).WithSummary("How far an upload is, and what came of it.");
        datasets.MapGet("/{name}/rejects", RejectsAsync).WithSummary("Entries that were not taken, and why.");
    }

    /// <param name="layout">auto (by depth), flat (folders mean nothing), label (label/file) or domain-label (domain/label/file).</param>
    /// <param name="root">Only what lies under this folder is taken, and the folder is left out of keys.</param>
    /// <param name="split">train, val or test, for items whose path names none.</param>
    /// <param name="prefix">Put before every key.</param>
    /// <param name="labelNames">IDX only: names of the classes 0, 1, 2, …, separated by commas.</param>
    /// <param name="duplicates">keep, or skip to leave out pictures whose content the data set has already and list them under /rejects.</param>
    private static async Task<Accepted<ImportView>> ReceiveAsync(
        string name, string? layout, string? root, string? split, string? prefix, string? labelNames, string? duplicates, HttpContext context,
        DatasetStore datasets, ImportDesk desk)
    {
        var how = ImportOptions.Read(layout, root, split, prefix, labelNames, duplicates);
        var dataset = await datasets.FindAsync(name, context.RequestAborted);
        return Accepted(name, await desk.ReceiveAsync(dataset, how, context), context.Response);
    }

    private static async Task<Accepted<ImportView>> OpenAsync(
        string name, ImportFolder body, HttpResponse response, DatasetStore datasets, ImportRoots roots, ImportDesk desk, CancellationToken cancellationToken)
    {
        var how = ImportOptions.Read(body.Layout, null, body.Split, body.Prefix, null, body.Duplicates);
        var dataset = await datasets.FindAsync(name, cancellationToken);
        var folder = new ServerFolder(roots.Find(body.Path), roots);
        return Accepted(name, await desk.OpenAsync(dataset, how, folder), response);
    }

    private static Accepted<ImportView> Accepted(string name, DatasetImport import, HttpResponse response)
    {
        response.Headers.RetryAfter = "1";
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
