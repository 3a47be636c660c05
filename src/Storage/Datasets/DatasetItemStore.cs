namespace ContrastiveService.Storage.Datasets;

/// <summary>The images of data sets: an index row each, their bytes packed in blobs.</summary>
public sealed class DatasetItemStore(Database database)
{
    /// <summary>Adds items on behalf of an import, all in one transaction; they become visible when the import succeeds. A key that is there already is skipped and reported.</summary>
    /// <exception cref="NotFoundException">No such import, or it has ended.</exception>
    public Task<AddResult> AddAsync(Guid importId, IReadOnlyList<NewItem> items, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Published items in order of id, those after <paramref name="after"/>, narrowed by what is not null.</summary>
    public Task<IReadOnlyList<DatasetItem>> ListAsync(
        Guid datasetId, long? after, int limit, string? label, string? domain, string? split, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<DatasetItem?> GetAsync(Guid datasetId, string key, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>An item with its bytes as they were uploaded.</summary>
    public Task<(DatasetItem Item, byte[] Bytes)?> ReadBytesAsync(Guid datasetId, string key, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Every item up to a version, in order of id, one blob in memory at a time. The bytes are valid until the next step of the enumeration.</summary>
    public IAsyncEnumerable<(DatasetItem Item, ReadOnlyMemory<byte> Bytes)> StreamAsync(Guid datasetId, int upToVersion, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<long> CountAsync(Guid datasetId, int upToVersion, CancellationToken cancellationToken) => throw new NotImplementedException();
}
