using ContrastiveService.Storage.Collections.Hnsw;
using ContrastiveService.Storage.Collections.Reembeddings;
using Npgsql;
using NpgsqlTypes;

namespace ContrastiveService.Storage.Collections;

/// <summary>The items of collections.</summary>
public sealed partial class CollectionItemStore(Database database)
{
    const string Columns = "id, key, metadata::text as Metadata, vector, dataset, dataset_key as DatasetKey, created_at as CreatedAt, updated_at as UpdatedAt";

    /// <summary>Writes all items or none; one whose key is there replaces it.</summary>
    /// <param name="collection">The collection, of the version that made the vectors.</param>
    /// <param name="items">No key twice; vectors in the collection's width and precision.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <exception cref="NotFoundException">The collection is gone.</exception>
    /// <exception cref="VersionChangedException">It is of another version by now.</exception>
    /// <exception cref="ReembeddingUnderWayException">An item has no picture, and the collection is being re-embedded.</exception>
    public async Task<UpsertResult> UpsertAsync(Collection collection, IReadOnlyList<NewCollectionItem> items, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await UpsertAsync(connection, collection.Id, collection.ModelVersionId, items, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>The same within the caller's transaction.</summary>
    internal static async Task<UpsertResult> UpsertAsync(
        NpgsqlConnection connection, Guid collectionId, Guid modelVersionId, IReadOnlyList<NewCollectionItem> items, CancellationToken cancellationToken)
    {
        const string sql = """
            with written as (
                insert into collection_item (collection_id, key, metadata, vector, dataset, dataset_key, revision)
                select $1, n.key, n.metadata::jsonb, n.vector, n.dataset, n.dataset_key, $2
                from unnest($3::text[], $4::text[], $5::bytea[], $6::text[], $7::text[]) as n (key, metadata, vector, dataset, dataset_key)
                on conflict (collection_id, key) do update
                set metadata = excluded.metadata, vector = excluded.vector, dataset = excluded.dataset, dataset_key = excluded.dataset_key,
                    revision = excluded.revision, updated_at = now()
                returning xmax = 0 as added
            ), counted as (
                select count(*) filter (where added) as added from written
            ), noted as (
                update collection set items = items + counted.added from counted where id = $1
            )
            select added::int from counted
            """;
        var revision = await AdvanceAsync(connection, collectionId, modelVersionId, cancellationToken);
        if (items.FirstOrDefault(item => !item.HasPicture) is { } bare && await ReembeddingStore.IsUnderWayAsync(connection, collectionId, cancellationToken))
            throw new ReembeddingUnderWayException(bare.Key);
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = collectionId });
        command.Parameters.Add(new() { Value = revision });
        command.Parameters.Add(new() { Value = items.Select(item => item.Key).ToArray() });
        command.Parameters.Add(new() { Value = items.Select(item => item.Metadata).ToArray() });
        command.Parameters.Add(new() { Value = items.Select(item => item.Vector).ToArray() });
        command.Parameters.Add(new() { Value = items.Select(item => item.Dataset).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = items.Select(item => item.DatasetKey).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        var added = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
        await KeptPictures.WriteAsync(connection, collectionId, revision, items, cancellationToken);
        await HnswFollow.FollowAsync(connection, collectionId, revision, cancellationToken);
        return new UpsertResult(added, items.Count - added, revision);
    }

    public Task<CollectionItem?> GetAsync(Guid collectionId, string key, CancellationToken cancellationToken) =>
        database.FirstAsync<CollectionItem>($"select {Columns} from collection_item where collection_id = @collectionId and key = @key", new { collectionId, key }, cancellationToken);

    /// <summary>Items by key, those after <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<CollectionItem>> ListAsync(Guid collectionId, string? after, int limit, CancellationToken cancellationToken)
    {
        const string sql = $"""
            select {Columns} from collection_item
            where collection_id = @collectionId and (@after::text is null or key > @after) order by key limit @limit
            """;
        return database.QueryAsync<CollectionItem>(sql, new { collectionId, after, limit }, cancellationToken);
    }

    /// <summary>Keys and metadata of these items; those that are gone are left out. In no order.</summary>
    public async Task<IReadOnlyDictionary<long, (string Key, string Metadata)>> DescribeAsync(Guid collectionId, long[] ids, CancellationToken cancellationToken)
    {
        const string sql = "select id, key, metadata::text as Metadata from collection_item where collection_id = @collectionId and id = any(@ids)";
        var rows = await database.QueryAsync<Described>(sql, new { collectionId, ids }, cancellationToken);
        return rows.ToDictionary(row => row.Id, row => (row.Key, row.Metadata));
    }

    /// <summary>The items that a filter lets through, in no order: as they were while the collection was of this version, since a cut-over may leave items out.</summary>
    /// <exception cref="VersionChangedException">It is of another version by now, or gone.</exception>
    public async Task<IReadOnlyList<long>> MatchAsync(Collection collection, MetadataFilter filter, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand();
        command.Parameters.Add(new() { Value = collection.Id });
        command.Parameters.Add(new() { Value = collection.ModelVersionId });
        command.CommandText = $"""
            select null where not exists (select from collection where id = $1 and model_version_id = $2)
            union all select id from collection_item where collection_id = $1 and ({filter.ToSql(command.Parameters)})
            """;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.IsDBNull(0) ? throw new VersionChangedException(collection.Id) : reader.GetInt64(0));
        return ids;
    }

    /// <summary>Takes the next revision. The row stays locked until the transaction ends, so that revisions become visible in their order.</summary>
    static async Task<long> AdvanceAsync(NpgsqlConnection connection, Guid collectionId, Guid? modelVersionId, CancellationToken cancellationToken)
    {
        const string advance = "update collection set revision = revision + 1, updated_at = now() where id = $1 and model_version_id = coalesce($2, model_version_id) returning revision";
        await using var command = new NpgsqlCommand(advance, connection) { Parameters = { new() { Value = collectionId }, Optional(modelVersionId) } };
        if (await command.ExecuteScalarAsync(cancellationToken) is long revision)
            return revision;
        await using var other = new NpgsqlCommand("select true from collection where id = $1", connection) { Parameters = { new() { Value = collectionId } } };
        throw await other.ExecuteScalarAsync(cancellationToken) is true ? new VersionChangedException(collectionId) : CollectionStore.Gone(collectionId.ToString());
    }

    static NpgsqlParameter Optional(Guid? value) => new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };

    sealed record Described(long Id, string Key, string Metadata);
}
