using Npgsql;

namespace ContrastiveService.Storage.Collections.Reembeddings;

/// <summary>Where the pictures of a collection's items are: kept with them, or in the data set that they came from.</summary>
static class ReembeddingSource
{
    // Pictures of one batch together; a larger one comes alone.
    const long MostBytes = 64L << 20;

    /// <summary>
    /// The picture in its data set. Names of data sets may come again, but one that is older than the item's last write is the one that was meant then; and pictures in a
    /// data set never change.
    /// </summary>
    const string Stored = "dataset d join dataset_item p on p.dataset_id = d.id and d.name = i.dataset and d.created_at <= i.updated_at and p.key = i.dataset_key";

    const string Kept = "collection_picture k where k.item_id = i.id and k.revision = i.revision";

    /// <summary>Counts the items without a picture.</summary>
    /// <returns>How many, and the keys of the first few.</returns>
    public static async Task<(long Count, string[] First)> MissingAsync(NpgsqlConnection connection, Guid collectionId, CancellationToken cancellationToken)
    {
        const string sql = $"""
            with missing as materialized (
                select i.key from collection_item i where i.collection_id = $1 and not exists (select from {Kept}) and not exists (select from {Stored})
            )
            select (select count(*) from missing), array(select key from missing order by key limit 5)
            """;
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0, Parameters = { new() { Value = collectionId } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetFieldValue<string[]>(1));
    }

    /// <summary>The next items behind a place with their pictures, in order of place: fewer where their pictures are large.</summary>
    public static async Task<IReadOnlyList<SourceItem>> NextAsync(
        NpgsqlConnection connection, Guid collectionId, WritePlace after, int most, CancellationToken cancellationToken)
    {
        const string sql = $"""
            with next as (
                select i.* from collection_item i where i.collection_id = $1 and i.revision >= $2 and (i.revision, i.id) > ($2, $3) order by i.revision, i.id limit $4
            ), sized as (
                select i.id, i.revision, i.key, i.dataset, i.dataset_key, i.updated_at, row_number() over place as number,
                       sum(coalesce((select octet_length(k.bytes) from {Kept}), (select p.bytes from {Stored}), 0)) over place as bytes
                from next i window place as (order by i.revision, i.id)
            )
            select i.id, i.revision, i.key, i.dataset, i.dataset_key, coalesce(
                (select k.bytes from {Kept}),
                (select substring(b.bytes from p.blob_offset + 1 for p.bytes) from {Stored} join dataset_blob b on b.id = p.blob_id))
            from sized i where i.bytes <= $5 or i.number = 1 order by i.revision, i.id
            """;
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in new object[] { collectionId, after.Revision, after.Item, most, MostBytes })
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var items = new List<SourceItem>();
        while (await reader.ReadAsync(cancellationToken))
            items.Add(new(reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2), Text(reader, 3), Text(reader, 4), reader.IsDBNull(5) ? null : reader.GetFieldValue<byte[]>(5)));
        return items;
    }

    /// <summary>Counts the items behind a place.</summary>
    public static async Task<long> BehindAsync(NpgsqlConnection connection, Guid collectionId, WritePlace after, CancellationToken cancellationToken)
    {
        const string sql = "select count(*) from collection_item where collection_id = $1 and revision >= $2 and (revision, id) > ($2, $3)";
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters = { new() { Value = collectionId }, new() { Value = after.Revision }, new() { Value = after.Item } },
        };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
