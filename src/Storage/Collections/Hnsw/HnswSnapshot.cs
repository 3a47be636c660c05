using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;

namespace ContrastiveService.Storage.Collections.Hnsw;

/// <summary>A collection with its approximate index as of one moment. Dispose of it soon: while it is open, nothing that was there then is cleaned away.</summary>
public sealed class HnswSnapshot : IAsyncDisposable
{
    // Of pgvector. A search among what a filter leaves ends after so many of the index's entries; fewer hits than wanted are then looked for exactly.
    const int MostScanned = 20_000, BroadestSearch = 1000;

    readonly NpgsqlConnection connection;
    readonly NpgsqlTransaction transaction;
    readonly Head head;

    HnswSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction, Head head) => (this.connection, this.transaction, this.head) = (connection, transaction, head);

    /// <summary>The index's table has every write that is in the collection, so that what is found in it is what there is.</summary>
    public bool HasEverything => head is { Relation: not null, Fits: true } && head.Revision == head.Known;

    /// <summary>The model version whose vectors these are.</summary>
    public Guid ModelVersionId => head.ModelVersionId;

    /// <summary>Numbers in a vector.</summary>
    public int Width => head.Width;

    /// <summary>Vectors are float16.</summary>
    public bool Half => head.Half;

    HnswShape Shape => new(head.Width, head.Half);

    /// <exception cref="NotFoundException">The collection is gone.</exception>
    internal static async Task<HnswSnapshot> OpenAsync(Database database, Guid collectionId, CancellationToken cancellationToken)
    {
        const string sql = $"""
            select c.model_version_id as ModelVersionId, x.relation, c.revision, x.revision as Known, v.width, c.half, coalesce({HnswStore.Fits}, false) as Fits
            from collection c join model_version v on v.id = c.model_version_id left join collection_index x on x.collection_id = c.id
            where c.id = @collectionId
            """;
        var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            var head = await connection.QueryFirstOrDefaultAsync<Head>(new CommandDefinition(sql, new { collectionId }, cancellationToken: cancellationToken));
            return new HnswSnapshot(connection, transaction, head ?? throw CollectionStore.Gone(collectionId.ToString()));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The nearest by the index: those it finds, in no order, with their vectors as stored.</summary>
    /// <param name="query">Of length 1 and the collection's width.</param>
    /// <param name="k">Items wanted.</param>
    /// <param name="efSearch">How broadly the index is searched, 1 to 1000.</param>
    /// <param name="except">An item that is not to be found.</param>
    /// <param name="filter">Only items that it lets through.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <exception cref="PostgresException">Such as when the extension or the table was dropped.</exception>
    public async Task<IReadOnlyList<(long Id, ReadOnlyMemory<byte> Vector)>> NearestAsync(
        float[] query, int k, int efSearch, long? except, MetadataFilter? filter, CancellationToken cancellationToken)
    {
        // The first column loads the extension, without which its settings would be names that nobody knows. Found out of order, hits are put into it by their scores later.
        var settings = new NpgsqlBatchCommand("""
            select length('[1]'::vector::text), set_config('hnsw.ef_search', $1, true), set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.max_scan_tuples', $2, true)
            """);
        settings.Parameters.Add(new() { Value = Math.Clamp(Math.Max(efSearch, k), 1, BroadestSearch).ToString(CultureInfo.InvariantCulture) });
        settings.Parameters.Add(new() { Value = MostScanned.ToString(CultureInfo.InvariantCulture) });

        var nearest = new NpgsqlBatchCommand();
        Add(nearest.Parameters, query, k, except);
        nearest.CommandText = $"""
            select i.id, i.vector
            from (
                select t.item_id from {head.Relation} t {Join(filter, nearest.Parameters)}
                where t.item_id <> $3
                order by {Shape.IndexedDistance("$1")} limit $2
            ) as nearest
            join collection_item i on i.id = nearest.item_id
            """;
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = 0, BatchCommands = { settings, nearest } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await ReadAsync(reader, cancellationToken);
    }

    /// <summary>The nearest by comparing everything, in the database: in no order, with their vectors as stored, and how many there are that have the minimum.</summary>
    /// <param name="query">Of length 1 and the collection's width.</param>
    /// <param name="k">Items wanted.</param>
    /// <param name="minimum">Cosine that counts as a match.</param>
    /// <param name="except">An item that is not to be found.</param>
    /// <param name="filter">Only items that it lets through.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <exception cref="PostgresException">Such as when the extension or the table was dropped.</exception>
    public async Task<(IReadOnlyList<(long Id, ReadOnlyMemory<byte> Vector)> Found, long Matches)> ScanAsync(
        float[] query, int k, float minimum, long? except, MetadataFilter? filter, CancellationToken cancellationToken)
    {
        await using var command = Command("");
        Add(command.Parameters, query, k, except);
        command.Parameters.Add(new() { Value = -(double)minimum });
        command.CommandText = $"""
            with scored as materialized (
                select t.item_id, {Shape.ExactDistance("$1")} as distance from {head.Relation} t {Join(filter, command.Parameters)} where t.item_id <> $3
            ), nearest as (
                select item_id from scored where distance <= $4 order by distance, item_id limit $2
            )
            select i.id, i.vector, (select count(*) from scored where distance <= $4)
            from nearest join collection_item i on i.id = nearest.item_id
            """;
        var (found, matches) = (new List<(long, ReadOnlyMemory<byte>)>(), 0L);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)));
            matches = reader.GetInt64(2);
        }

        return (found, matches);
    }

    /// <summary>Some items of the collection with their vectors, drawn at random.</summary>
    public async Task<IReadOnlyList<(long Id, ReadOnlyMemory<byte> Vector)>> SampleAsync(int count, CancellationToken cancellationToken)
    {
        await using var command = Command($"""
            select i.id, i.vector from (select item_id from {head.Relation} order by random() limit $1) as drawn join collection_item i on i.id = drawn.item_id
            """);
        command.Parameters.Add(new() { Value = count });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>All items of the collection with their vectors, in pieces of a few thousand.</summary>
    public async IAsyncEnumerable<IReadOnlyList<(long Id, ReadOnlyMemory<byte> Vector)>> AllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var declare = Command($"declare all_items no scroll cursor for select i.id, i.vector from {head.Relation} t join collection_item i on i.id = t.item_id");
        await declare.ExecuteNonQueryAsync(cancellationToken);
        while (true)
        {
            await using var fetch = Command("fetch 4096 from all_items");
            var piece = await ReadAsync(fetch, cancellationToken);
            if (piece.Count == 0)
                break;
            yield return piece;
        }

        await using var close = Command("close all_items");
        await close.ExecuteNonQueryAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    static string Join(MetadataFilter? filter, NpgsqlParameterCollection parameters) =>
        filter is null ? "" : $"join collection_item f on f.id = t.item_id and ({filter.ToSql(parameters)})";

    static void Add(NpgsqlParameterCollection parameters, float[] query, int k, long? except)
    {
        parameters.Add(new() { Value = query });
        parameters.Add(new() { Value = k });
        parameters.Add(new() { Value = except ?? -1 });
    }

    static async Task<IReadOnlyList<(long Id, ReadOnlyMemory<byte> Vector)>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(reader, cancellationToken);
    }

    static async Task<IReadOnlyList<(long Id, ReadOnlyMemory<byte> Vector)>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var found = new List<(long, ReadOnlyMemory<byte>)>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add((reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)));
        return found;
    }

    NpgsqlCommand Command(string sql) => new(sql, connection, transaction) { CommandTimeout = 0 };

    sealed record Head(Guid ModelVersionId, string? Relation, long Revision, long? Known, int Width, bool Half, bool Fits);
}
