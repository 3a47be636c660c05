using System.Data;
using Npgsql;

namespace ContrastiveService.Storage.Collections;

/// <summary>The vectors of collections, for indexes in memory that follow them.</summary>
public sealed class CollectionVectorStore(Database database)
{
    /// <summary>Opens what has changed since a revision, as of one moment: a delta, or everything where the removals since then are forgotten.</summary>
    /// <param name="collectionId">The collection.</param>
    /// <param name="known">The revision that the caller has; -1 for none, which gives everything.</param>
    /// <param name="cancellationToken">Nobody needs it any more.</param>
    /// <exception cref="NotFoundException">The collection is gone.</exception>
    public async Task<VectorChanges> OpenAsync(Guid collectionId, long known, CancellationToken cancellationToken)
    {
        var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        try
        {
            // One snapshot for all that is read, so that the revision is exactly that of the vectors.
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            await using var head = new NpgsqlCommand("select revision, floor, items from collection where id = $1", connection) { Parameters = { new() { Value = collectionId } } };
            await using var reader = await head.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
                throw CollectionStore.Gone(collectionId.ToString());
            var (revision, floor, items) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
            await reader.CloseAsync();
            return new VectorChanges(connection, transaction, collectionId, known < floor ? -1 : known, revision, items);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
