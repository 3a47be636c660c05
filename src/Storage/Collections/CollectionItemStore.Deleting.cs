using ContrastiveService.Storage.Collections.Hnsw;
using Npgsql;

namespace ContrastiveService.Storage.Collections;

/// <summary>The items of collections.</summary>
public sealed partial class CollectionItemStore
{
    // Longer than any index in memory stays behind; one that does is loaded anew.
    const string RemovalsKept = "1 hour";

    /// <summary>Deletes the items that a filter lets through: all of them or none.</summary>
    /// <returns>How many there were, and how many are left.</returns>
    /// <exception cref="NotFoundException">The collection is gone.</exception>
    public Task<DeleteResult> DeleteAsync(Guid collectionId, MetadataFilter filter, CancellationToken cancellationToken) =>
        DeleteAsync(collectionId, filter.ToSql, cancellationToken);

    /// <summary>The same with these keys, as far as there are such.</summary>
    /// <exception cref="NotFoundException">The collection is gone.</exception>
    public Task<DeleteResult> DeleteAsync(Guid collectionId, string[] keys, CancellationToken cancellationToken) =>
        DeleteAsync(collectionId, parameters => $"key = any({Next(parameters, keys)})", cancellationToken);

    /// <summary>Deletes every item.</summary>
    /// <exception cref="NotFoundException">The collection is gone.</exception>
    public async Task<DeleteResult> DeleteAllAsync(Guid collectionId, CancellationToken cancellationToken)
    {
        // Whoever is behind the floor reads everything anew, which is nothing: no need to note each removal.
        const string sql = """
            with gone as (
                delete from collection_item where collection_id = $1 returning id
            ), forgotten as (
                delete from collection_removal where collection_id = $1
            ), told as (
                update collection set items = 0, floor = $2 where id = $1
            )
            select count(*) from gone
            """;
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var revision = await AdvanceAsync(connection, collectionId, null, cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0, Parameters = { new() { Value = collectionId }, new() { Value = revision } } };
        var gone = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        await HnswFollow.FollowAsync(connection, collectionId, revision, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new DeleteResult(gone, 0, revision);
    }

    async Task<DeleteResult> DeleteAsync(Guid collectionId, Func<NpgsqlParameterCollection, string> condition, CancellationToken cancellationToken)
    {
        const string forget = $"""
            with old as (
                delete from collection_removal where collection_id = $1 and at < now() - interval '{RemovalsKept}' returning revision
            )
            update collection set floor = greatest(floor, (select max(revision) from old)) where id = $1 and exists (select from old)
            """;
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var revision = await AdvanceAsync(connection, collectionId, null, cancellationToken);
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = 0, Parameters = { new() { Value = collectionId }, new() { Value = revision } } };
        command.CommandText = $"""
            with gone as (
                delete from collection_item where collection_id = $1 and ({condition(command.Parameters)}) returning id
            ), noted as (
                insert into collection_removal (collection_id, revision, item_id) select $1, $2, id from gone
            ), counted as (
                select count(*) as gone from gone
            ), told as (
                update collection set items = items - counted.gone from counted where id = $1 returning items
            )
            select gone, items from counted, told
            """;
        var result = await ReadAsync(command, revision, cancellationToken);
        // With nothing to follow, the revision stays what it was.
        if (result.Deleted == 0)
            return result with { Revision = revision - 1 };
        await HnswFollow.FollowAsync(connection, collectionId, revision, cancellationToken);
        await using var prune = new NpgsqlCommand(forget, connection) { Parameters = { new() { Value = collectionId } } };
        await prune.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    static async Task<DeleteResult> ReadAsync(NpgsqlCommand command, long revision, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new DeleteResult(reader.GetInt64(0), reader.GetInt64(1), revision);
    }

    static string Next(NpgsqlParameterCollection parameters, string[] keys)
    {
        parameters.Add(new() { Value = keys });
        return $"${parameters.Count}";
    }
}
