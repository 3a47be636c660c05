using System.Text.Json;
using ContrastiveService.Api.Collections.Background;
using ContrastiveService.Api.Json;
using ContrastiveService.Api.Models;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Models;
using ContrastiveService.Training.Search;

namespace ContrastiveService.Api.Collections.Importing;

/// <summary>One claimed import, batch by batch from where it stands.</summary>
sealed class CollectionImportRun(CollectionImport import, CollectionStore collections, CollectionImportStore imports, DatasetItemStore source, ModelDirectory models, BackgroundEmbedder embedder)
{
    private const int Batch = 32;

    /// <returns>Whether it came to its end; false when another process has taken it over.</returns>
    /// <exception cref="NotFoundException">The collection or the data set is gone.</exception>
    /// <exception cref="VersionChangedException">The collection went over to another version; from here on that one's vectors are needed.</exception>
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
        var vectors = await embedder.EmbedAsync(version, [.. batch.Select(one => one.Bytes)], cancellationToken);
        var (made, note) = (new List<NewCollectionItem>(batch.Count), (string?)null);
        foreach (var ((item, _), (vector, problem)) in batch.Zip(vectors))
        {
            if (vector is null)
                note = $"'{item.Key}': {problem}";
            else
                made.Add(Make(item, vector, collection.Half));
        }

        return await imports.AdvanceAsync(import, collection.ModelVersionId, made, batch[^1].Item.Id, batch.Count - made.Count, note, WorkLease.Length, cancellationToken);
    }

    private NewCollectionItem Make(DatasetItem item, float[] vector, bool half)
    {
        var metadata = new Dictionary<string, string>();
        foreach (var (name, value) in new[] { ("label", item.Label), ("domain", item.Domain), ("group", item.Group), ("split", item.Split) })
            if (value is not null)
                metadata[name] = value;
        return new(item.Key, JsonSerializer.Serialize(metadata, ApiJson.Options), VectorFormat.Encode(vector, half), import.Dataset, item.Key);
    }
}
