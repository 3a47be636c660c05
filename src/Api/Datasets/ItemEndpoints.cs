using ContrastiveService.Api.Datasets.Ingestion;
using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Forms;
using ContrastiveService.Api.Paging;
using ContrastiveService.Storage.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace ContrastiveService.Api.Datasets;

static class ItemEndpoints
{
    private const string ImageSuffix = "/image";

    public static void MapItems(this RouteGroupBuilder datasets)
    {
        datasets.MapPost("/{name}/items", AddAsync)
            .WithUpload(
                "Pictures as files of a form; label, domain, group and split (train, val, test) as fields: one value for all files, "
                + "or one for each in order. `key` names a file otherwise than by its file name.",
                ["file"], ["key", "label", "domain", "group", "split"])
            .WithSummary("Adds single pictures; good ones are kept, others listed with the reason.");
        datasets.MapGet("/{name}/items", ListAsync).WithSummary("Pictures in order of upload, narrowed by label, domain or split.");
        datasets.MapGet("/{name}/items/{**key}", GetAsync)
            .WithSummary("A picture's record, or with /image behind the key its bytes as uploaded. Slashes in a key may stand as %2F.");
    }

    /// <param name="duplicates">keep, or skip to leave out pictures whose content the data set has already.</param>
    private static async Task<Created<AddedItems>> AddAsync(
        string name, string? duplicates, HttpRequest request, DatasetStore datasets, ImportStore imports, DatasetItemStore items, IOptions<ApiOptions> limits,
        CancellationToken cancellationToken)
    {
        var sameContent = ImportOptions.Choice<ContentDuplicates>("duplicates", duplicates);
        var dataset = await datasets.FindAsync(name, cancellationToken);
        var (good, bad) = await ItemUpload.ReadAsync(await FormReader.ReadAsync(request, cancellationToken), limits.Value, cancellationToken);
        if (good.Count == 0)
            throw ApiException.BadRequest("file", $"'{bad[0].Key}': {bad[0].Reason}", "invalid_image");
        var import = await imports.StartAsync(dataset.Id, "items", CancellationToken.None);
        try
        {
            var added = await items.AddAsync(import.Id, good, cancellationToken, sameContent);
            RejectView[] rejects = [.. bad, .. ImportRun.Rejects(added, sameContent).Select(r => new RejectView(r.Key, r.Reason))];
            if (rejects.Length > 0)
                await imports.RejectAsync(import.Id, [.. rejects.Select(r => (r.Key, r.Reason))], cancellationToken);
            await imports.SucceedAsync(import.Id, cancellationToken);
            var now = await datasets.FindAsync(name, cancellationToken);
            return TypedResults.Created($"/api/v1/datasets/{name}/items", new AddedItems(now.Version, added.Added, rejects));
        }
        catch (Exception e)
        {
            var reason = e is OperationCanceledException ? "The caller went away." : "The server failed on this upload. Its log says why.";
            await imports.FailAsync(import.Id, reason, CancellationToken.None);
            throw;
        }
    }

    /// <param name="label">Only those with this label.</param>
    /// <param name="domain">Only those of this domain.</param>
    /// <param name="split">train, val or test: only those of this split.</param>
    private static async Task<Page<ItemView>> ListAsync(
        string name, string? cursor, int? limit, string? label, string? domain, string? split, DatasetStore datasets, DatasetItemStore items,
        CancellationToken cancellationToken)
    {
        var dataset = await datasets.FindAsync(name, cancellationToken);
        var part = ImportOptions.CheckSplit(split);
        return await Cursor.PageAsync<DatasetItem, ItemView, long>(
            cursor, limit, (after, take) => items.ListAsync(dataset.Id, after, take, label, domain, part, cancellationToken), i => i.Id, i => ItemView.Of(name, i));
    }

    private static async Task<Results<Ok<ItemView>, FileContentHttpResult>> GetAsync(
        string name, string key, HttpContext context, DatasetStore datasets, DatasetItemStore items, CancellationToken cancellationToken)
    {
        var dataset = await datasets.FindAsync(name, cancellationToken);
        var asked = KeyInPath.AsSent(context, name, key);
        if (!asked.EndsWith(ImageSuffix, StringComparison.Ordinal))
        {
            var item = await items.GetAsync(dataset.Id, Uri.UnescapeDataString(asked), cancellationToken) ?? throw Missing(name, asked);
            return TypedResults.Ok(ItemView.Of(name, item));
        }

        asked = asked[..^ImageSuffix.Length];
        var (found, bytes) = await items.ReadBytesAsync(dataset.Id, Uri.UnescapeDataString(asked), cancellationToken) ?? throw Missing(name, asked);
        return TypedResults.Bytes(bytes, found.MediaType, entityTag: new EntityTagHeaderValue($"\"{found.Sha256}\""));
    }

    private static ApiException Missing(string dataset, string key) =>
        ApiException.NotFound("item_not_found", $"The data set '{dataset}' has no item '{Uri.UnescapeDataString(key)}'.");
}
