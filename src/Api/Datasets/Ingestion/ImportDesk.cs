using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Datasets;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>Takes an upload in, or notes a folder, and hands it over for reading.</summary>
sealed class ImportDesk(ImportStore imports, ImportQueue queue, IOptions<ApiOptions> options)
{
    /// <returns>The import, whose upload is wholly here.</returns>
    /// <exception cref="ApiException">The upload is not one that we read, or it broke off; the import has failed.</exception>
    public async Task<DatasetImport> ReceiveAsync(Dataset dataset, ImportOptions how, HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = options.Value.MaxArchiveBytes;
        var source = context.Request.GetTypedHeaders().ContentType?.MediaType.ToString() ?? "archive";
        return await BeginAsync(dataset, how, source, import => UploadReceiver.ReceiveAsync(context.Request, import, context.RequestAborted));
    }

    /// <returns>The import, whose folder waits to be read.</returns>
    public Task<DatasetImport> OpenAsync(Dataset dataset, ImportOptions how, ServerFolder folder) =>
        BeginAsync(dataset, how, folder.Path, _ => Task.FromResult<ImportSource>(folder));

    private async Task<DatasetImport> BeginAsync(Dataset dataset, ImportOptions how, string source, Func<ActiveImport, Task<ImportSource>> receive)
    {
        // Not given up when the caller leaves: the row might be written all the same, and nobody would end it.
        var row = await imports.StartAsync(dataset.Id, source, CancellationToken.None);
        var import = new ActiveImport(row, how, options.Value.SpoolPath);
        queue.Begin(import);
        try
        {
            import.Received(await receive(import));
            await imports.ProgressAsync(row.Id, ImportState.Running, import.BytesReceived, 0, import.BytesTotal, CancellationToken.None);
        }
        catch (Exception e)
        {
            await FailAsync(import, e);
            throw;
        }

        queue.Enqueue(import);
        return await imports.GetAsync(row.Id, CancellationToken.None) ?? row;
    }

    private async Task FailAsync(ActiveImport import, Exception e)
    {
        var received = import.BytesReceived;
        queue.End(import);
        await imports.FailAsync(
            import.Id,
            e switch
            {
                ApiException known => known.Message,
                BadHttpRequestException bad when bad.StatusCode == StatusCodes.Status413PayloadTooLarge =>
                    $"The upload is larger than {options.Value.MaxArchiveBytes} bytes (Api:MaxArchiveBytes).",
                OperationCanceledException or IOException => $"The upload broke off after {received} bytes. Send it again.",
                _ => $"The server failed while receiving this upload, after {received} bytes. Its log says why.",
            },
            CancellationToken.None);
    }
}
