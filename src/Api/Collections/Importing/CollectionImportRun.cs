using System.Text.Json;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Inference;
using ContrastiveService.Api.Json;
using ContrastiveService.Api.Pictures;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Models;
using ContrastiveService.Training.Search;

namespace ContrastiveService.Api.Collections.Importing;

/// <summary>One claimed import, batch by batch from where it stands.</summary>
sealed class CollectionImportRun(CollectionImport import, CollectionStore collections, CollectionImportStore imports, DatasetItemStore source, ModelStore models, Embedder embedder)
{
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private const int Batch = 32;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <returns>Whether it came to its end; false when another process has taken it over.</returns>
    /// <exception cref="NotFoundException">The collection or the data set is gone.</exception>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var collection = await collections.GetAsync(import.CollectionId, cancellationToken) ?? throw new NotFoundException("The collection was deleted.");
        var version = await models.OfAsync(collection, cancellationToken);
        var batch = new List<(DatasetItem Item, byte[] Bytes)>(Batch);
        await foreach (var (item, bytes) in source.StreamAsync(import.DatasetId, import.DatasetVersion, cancellationToken, import.Position, import.Split))
        {
            batch.Add((item, bytes.ToArray()));
            if (batch.Count < Batch)
                continue;
            if (!await WriteAsync(collection, version, batch, cancellationToken))
                return false;
            batch.Clear();
        }

        return (batch.Count == 0 || await WriteAsync(collection, version, batch, cancellationToken)) && await imports.SucceedAsync(import, cancellationToken);
    }

    private async Task<bool> WriteAsync(Collection collection, ModelVersion version, List<(DatasetItem Item, byte[] Bytes)> batch, CancellationToken cancellationToken)
    {
        var (made, note) = (new List<NewCollectionItem>(batch.Count), (string?)null);
        var embedded = await EmbedAsync(version, batch, cancellationToken);
        foreach (var (i, (item, _)) in batch.Index())
        {
            try
            {
                if (embedded.Faults[i] is { } fault)
                    note = $"'{item.Key}': {fault.Message}";
                else
                    made.Add(Make(item, embedded.Vectors[i], collection.Half));
            }
            catch (VectorException e)
            {
                note = $"'{item.Key}': {e.Message}";
            }
        }

        return await imports.AdvanceAsync(import, made, batch[^1].Item.Id, batch.Count - made.Count, note, Lease, cancellationToken);
    }

    private async Task<Embedded> EmbedAsync(ModelVersion version, List<(DatasetItem Item, byte[] Bytes)> batch, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await embedder.EmbedAsync(version, [.. batch.Select(one => new Picture("picture", one.Bytes))], cancellationToken, ErrorHandling.Report);
            }
            catch (ApiException e) when (e.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
            {
                // Callers who wait for an answer come first.
                await imports.RenewAsync(import, Lease, cancellationToken);
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private NewCollectionItem Make(DatasetItem item, float[] vector, bool half)
    {
        var metadata = new Dictionary<string, string>();
        foreach (var (name, value) in new[] { ("label", item.Label), ("domain", item.Domain), ("group", item.Group), ("split", item.Split) })
            if (value is not null)
                metadata[name] = value;
        return new(item.Key, JsonSerializer.Serialize(metadata, ApiJson.Options), VectorFormat.Encode(VectorFormat.Unit(vector), half), import.Dataset, item.Key);
    }
}
