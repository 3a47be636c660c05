using System.Runtime.CompilerServices;
using Dapper;

namespace ContrastiveService.Storage.Datasets;

/// <summary>The images of data sets: an index row each, their bytes packed in blobs.</summary>
public sealed class DatasetItemStore(Database database)
{
    const int StreamPage = 4096;

    const string Columns =
        """
        i.id, i.key, i.label, i.domain, i.group_key as "Group", i.split, i.media_type as MediaType, i.width, i.height, i.channels, i.bytes,
        encode(i.sha256, 'hex') as Sha256, m.version
        """;

    internal const string Published = "dataset_item i join dataset_blob b on b.id = i.blob_id join dataset_import m on m.id = b.import_id and m.version is not null";

    /// <summary>
    /// Adds items on behalf of an import, all in one transaction; they become visible when the import succeeds.
    /// A key that is there already, or that another import under way brought first, is skipped and reported. A content that is there already is reported, and
    /// skipped if <paramref name="sameContent"/> says so; what another import under way brings is not there yet.
    /// </summary>
    /// <exception cref="NotFoundException">No such import, or it has ended.</exception>
    /// <exception cref="ArgumentException">An item has a <see cref="NewItem.Problem"/>.</exception>
    public async Task<AddResult> AddAsync(
        Guid importId, IReadOnlyList<NewItem> items, CancellationToken cancellationToken, ContentDuplicates sameContent = ContentDuplicates.Keep)
    {
        foreach (var item in items)
        {
            if (item.Problem() is { } problem)
                throw new ArgumentException($"Item '{item.Key}': {problem}", nameof(items));
        }
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var packing = new BlobPacking(connection, importId, await ImportStore.LockAsync(connection, importId, cancellationToken));
        var result = await packing.AddAsync(items, sameContent, cancellationToken);
        const string sql = """
            update dataset_import
            set added = added + @added, duplicates = duplicates + @duplicates, content_duplicates = content_duplicates + @same, updated_at = now()
            where id = @importId
            """;
        await connection.ExecuteAsync(new CommandDefinition(
            sql,
            new { importId, added = result.Added, duplicates = result.DuplicateKeys.Count, same = result.SameContent.Count },
            transaction,
            cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>Published items in order of id, those after <paramref name="after"/>, narrowed by what is not null.</summary>
    public Task<IReadOnlyList<DatasetItem>> ListAsync(
        Guid datasetId, long? after, int limit, string? label, string? domain, string? split, CancellationToken cancellationToken)
    {
        const string sql = $"""
            select {Columns} from {Published}
            where i.dataset_id = @datasetId and i.id > @after
              and (@label::text is null or i.label = @label) and (@domain::text is null or i.domain = @domain) and (@split::text is null or i.split = @split)
            order by i.id limit @limit
            """;
        return database.QueryAsync<DatasetItem>(sql, new { datasetId, after = after ?? 0, limit, label, domain, split }, cancellationToken);
    }

    public Task<DatasetItem?> GetAsync(Guid datasetId, string key, CancellationToken cancellationToken)
    {
        const string sql = $"select {Columns} from {Published} where i.dataset_id = @datasetId and i.key = @key";
        return database.FirstAsync<DatasetItem>(sql, new { datasetId, key }, cancellationToken);
    }

    /// <summary>An item with its bytes as they were uploaded.</summary>
    public async Task<(DatasetItem Item, byte[] Bytes)?> ReadBytesAsync(Guid datasetId, string key, CancellationToken cancellationToken)
    {
        if (await GetAsync(datasetId, key, cancellationToken) is not { } item)
            return null;
        const string sql = """
            select substring(b.bytes from i.blob_offset + 1 for i.bytes) from dataset_item i join dataset_blob b on b.id = i.blob_id where i.id = @id
            """;
        return await database.FirstAsync<byte[]>(sql, new { item.Id }, cancellationToken) is { } bytes ? (item, bytes) : null;
    }

    /// <summary>Every item up to a version, or those of one split or <paramref name="after"/> an id, in order of id, one blob in memory at a time.</summary>
    public async IAsyncEnumerable<(DatasetItem Item, ReadOnlyMemory<byte> Bytes)> StreamAsync(
        Guid datasetId, int upToVersion, [EnumeratorCancellation] CancellationToken cancellationToken, long after = 0, string? split = null)
    {
        const string sql = $"""
            select {Columns}, i.blob_id as Blob, i.blob_offset as "Offset" from {Published}
            where i.dataset_id = @datasetId and m.version <= @upToVersion and i.id > @after and (@split::text is null or i.split = @split)
            order by i.id limit @limit
            """;
        var (blob, bytes) = (0L, Array.Empty<byte>());
        IReadOnlyList<(DatasetItem Item, Place Place)> page;
        do
        {
            page = await PageAsync(sql, new { datasetId, upToVersion, after, split, limit = StreamPage }, cancellationToken);
            foreach (var (item, place) in page)
            {
                if (place.Blob != blob)
                {
                    blob = place.Blob;
                    bytes = await database.FirstAsync<byte[]>("select bytes from dataset_blob where id = @blob", new { blob }, cancellationToken)
                        ?? throw new NotFoundException($"Item '{item.Key}' is gone: its data set was deleted while it was read.");
                }
                yield return (item, bytes.AsMemory(place.Offset, item.Bytes));
                after = item.Id;
            }
        }
        while (page.Count == StreamPage);
    }

    public Task<long> CountAsync(Guid datasetId, int upToVersion, CancellationToken cancellationToken)
    {
        const string sql = $"select count(*) from {Published} where i.dataset_id = @datasetId and m.version <= @upToVersion";
        return database.FirstAsync<long>(sql, new { datasetId, upToVersion }, cancellationToken);
    }

    async Task<IReadOnlyList<(DatasetItem, Place)>> PageAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<DatasetItem, Place, (DatasetItem, Place)>(
            new CommandDefinition(sql, parameters, cancellationToken: cancellationToken), (item, place) => (item, place), splitOn: "Blob");
        return rows.AsList();
    }

    sealed record Place(long Blob, int Offset);
}
