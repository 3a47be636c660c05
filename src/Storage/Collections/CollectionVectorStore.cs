using System.Data;
using Npgsql;

namespace ContrastiveService.Storage.Collections;

/// <summary>The vectors of collections, for indexes in memory that follow them.</summary>
public sealed class CollectionVectorStore(Database database)
{
    /// <summary>Opens what has changed since a revision, as of one moment: a delta, or everything where the removals since then are forgotten.</summary>
    /// <param name="collectionId">The collection.</param>
    /// <param name="modelVersionId">The version whose vectors are wanted.</param>
    /// <param name="known">The revision that the caller has; -1 for none, which gives everything.</param>
    /// <param name="cancellationToken">Nobody needs it any more.</param>
    /// <exception cref="NotFoundException">The collection is gone.</exception>
    /// <exception cref="VersionChangedException">It is of another version by now.</exception>
    public async Task<VectorChanges> OpenAsync(Guid collectionId, Guid modelVersionId, long known, CancellationToken cancellationToken)
    {
        var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        try
        {
            // One snapshot for all that is read, so that the revision is exactly that of the vectors.
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            await using var head = new NpgsqlCommand("select revision, floor, model_version_id from collection where id = $1", connection) { Parameters = { new() { Value = collectionId } } };
            await using var reader = await head.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
                throw CollectionStore.Gone(collectionId.ToString());
            if (reader.GetGuid(2) != modelVersionId)
                throw new VersionChangedException(collectionId);
            var (revision, floor) = (reader.GetInt64(0), reader.GetInt64(1));
            await reader.CloseAsync();
            return new VectorChanges(connection, transaction, collectionId, known < floor ? -1 : known, revision);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>An item's id and vector, sure to be of this version.</summary>
    /// <returns>Null where the collection has no such item.</returns>
    /// <exception cref="VersionChangedException">The collection is of another version by now, or gone.</exception>
    public async Task<(long Id, byte[] Vector)?> GetAsync(Guid collectionId, Guid modelVersionId, string key, CancellationToken cancellationToken)
    {
        const string sql = """
            select i.id, i.vector from collection c left join collection_item i on i.collection_id = c.id and i.key = $3 where c.id = $1 and c.model_version_id = $2
            """;
        await using var command = database.Source.CreateCommand(sql);
        foreach (var value in new object[] { collectionId, modelVersionId, key })
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            throw new VersionChangedException(collectionId);
        return await reader.IsDBNullAsync(0, cancellationToken) ? null : (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
    }
}
