using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;

namespace ContrastiveService.Storage.Collections;

/// <summary>Changes of a collection's vectors since a revision; to be read once, then disposed.</summary>
public sealed class VectorChanges : IAsyncDisposable
{
    readonly NpgsqlConnection connection;
    readonly NpgsqlTransaction transaction;
    readonly Guid collectionId;
    readonly long since;

    internal VectorChanges(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid collectionId, long since, long revision)
    {
        (this.connection, this.transaction, this.collectionId, this.since) = (connection, transaction, collectionId, since);
        Revision = revision;
    }

    /// <summary>What the caller has once it has applied them.</summary>
    public long Revision { get; }

    /// <summary>These are all items there are, not changes to those that the caller knows.</summary>
    public bool Whole => since < 0;

    /// <summary>Items that are gone, then those with their vectors that are new or changed. The bytes are valid until the next item is asked for; of one that is gone there are none.</summary>
    public async IAsyncEnumerable<(long Id, ReadOnlyMemory<byte> Vector)> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!Whole)
        {
            await using var removals = Command("select item_id from collection_removal where collection_id = $1 and revision > $2");
            await using var gone = await removals.ExecuteReaderAsync(cancellationToken);
            while (await gone.ReadAsync(cancellationToken))
                yield return (gone.GetInt64(0), default);
        }

        await using var changed = Command("select id, vector from collection_item where collection_id = $1 and revision > $2");
        await using var rows = await changed.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken);
        var buffer = Array.Empty<byte>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var id = rows.GetInt64(0);
            var length = (int)rows.GetBytes(1, 0, null, 0, 0);
            if (buffer.Length != length)
                buffer = new byte[length];
            rows.GetBytes(1, 0, buffer, 0, length);
            yield return (id, buffer);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    NpgsqlCommand Command(string sql) =>
        new(sql, connection, transaction) { CommandTimeout = 0, Parameters = { new() { Value = collectionId }, new() { Value = since } } };
}
