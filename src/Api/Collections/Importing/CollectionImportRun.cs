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
        try
        {
            var vectors = await EmbedAsync(version, batch, cancellationToken);
            for (var i = 0; i < batch.Count; i++)
                made.Add(Make(batch[i].Item, vectors[i], collection.Half));
        }
        catch (Exception e) when (IsOfOnePicture(e))
        {
            // One by one, to leave out only what cannot be embedded.
            made.Clear();
            foreach (var one in batch)
            {
                try
                {
                    made.Add(Make(one.Item, (await EmbedAsync(version, [one], cancellationToken))[0], collection.Half));
                }
                catch (Exception single) when (IsOfOnePicture(single))
                {
                    note = $"'{one.Item.Key}': {single.Message}";
                }
            }
        }

        return await imports.AdvanceAsync(import, made, batch[^1].Item.Id, batch.Count - made.Count, note, Lease, cancellationToken);
    }

    private async Task<float[][]> EmbedAsync(ModelVersion version, List<(DatasetItem Item, byte[] Bytes)> batch, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return (await embedder.EmbedAsync(version, [.. batch.Select(one => new Picture("picture", one.Bytes))], cancellationToken)).Vectors;
            }
            catch (ApiException e) when (e.Status == StatusCodes.Status503ServiceUnavailable)
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

    private static bool IsOfOnePicture(Exception e) => e is VectorException or ApiException { Status: StatusCodes.Status400BadRequest };
}
