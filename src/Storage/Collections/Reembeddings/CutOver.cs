using Npgsql;

namespace ContrastiveService.Storage.Collections.Reembeddings;

/// <summary>
/// The end of a re-embedding: one transaction that holds the collection's row, so that no write comes in between. Disposed of without <see cref="CommitAsync"/>, it has done
/// nothing.
/// </summary>
public sealed class CutOver : IAsyncDisposable
{
    readonly NpgsqlConnection connection;
    readonly NpgsqlTransaction transaction;
    readonly Reembedding work;
    WritePlace place;

    internal CutOver(NpgsqlConnection connection, NpgsqlTransaction transaction, Reembedding work, WritePlace place) =>
        (this.connection, this.transaction, this.work, this.place) = (connection, transaction, work, place);

    /// <summary>Items that were written since the place up to which all is done.</summary>
    public Task<long> BehindAsync(CancellationToken cancellationToken) => ReembeddingSource.BehindAsync(connection, work.CollectionId, place, cancellationToken);

    public Task<IReadOnlyList<SourceItem>> NextAsync(int most, CancellationToken cancellationToken) =>
        ReembeddingSource.NextAsync(connection, work.CollectionId, place, most, cancellationToken);

    /// <summary>Takes in what became of the next items.</summary>
    public async Task AddAsync(IReadOnlyList<ReembeddedItem> items, CancellationToken cancellationToken)
    {
        await StagedVectors.WriteAsync(connection, work.Id, items, cancellationToken);
        place = items[^1].Of.Place;
    }

    /// <summary>Items that would be left out: how many have no picture, how many could not be embedded, and the first few of either.</summary>
    public async Task<(long Missing, long Failed, IReadOnlyList<ReembeddingFailure> First)> LeftOutAsync(CancellationToken cancellationToken)
    {
        const string sql = """
            select item_id, key, problem, missing, missings, failures from (
                select r.item_id, r.key, r.problem, r.missing, count(*) filter (where r.missing) over () as missings, count(*) filter (where not r.missing) over () as failures,
                       row_number() over (partition by r.missing order by r.key) as place
                from collection_reembedded r join collection_item i on i.id = r.item_id and i.revision = r.revision
                where r.reembedding_id = $1 and r.vector is null) as left_out
            where place <= 5 order by missing, key
            """;
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0, Parameters = { new() { Value = work.Id } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (missing, failed, first) = (0L, 0L, new List<ReembeddingFailure>());
        while (await reader.ReadAsync(cancellationToken))
        {
            (missing, failed) = (reader.GetInt64(4), reader.GetInt64(5));
            first.Add(new(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3)));
        }

        return (missing, failed, first);
    }

    /// <summary>Puts the new vectors in the place of the old ones, leaves out items without one, and binds the collection to the new version.</summary>
    /// <returns>False when the claim is lost; then nothing has changed.</returns>
    /// <exception cref="InvalidOperationException">Some item has neither a vector nor a reason why not.</exception>
    public async Task<bool> CommitAsync(CancellationToken cancellationToken)
    {
        if (await ScalarAsync("select true from collection_reembedding where id = $1 and fence = $2 and state = 'running'", cancellationToken, work.Id, work.Fence) is not true)
            return false;
        // What failed and was deleted meanwhile was not left out by this.
        await ScalarAsync(
            "delete from collection_reembedded r where r.reembedding_id = $1 and r.vector is null and not exists (select from collection_item i where i.id = r.item_id)", cancellationToken, work.Id);
        const string drop = """
            with gone as (
                delete from collection_item i using collection_reembedded r
                where r.reembedding_id = $1 and r.vector is null and r.item_id = i.id and r.revision = i.revision and i.collection_id = $2 returning true
            )
            select count(*) from gone
            """;
        var dropped = (long)(await ScalarAsync(drop, cancellationToken, work.Id, work.CollectionId))!;
        const string replace = """
            with written as (
                update collection_item i set vector = r.vector from collection_reembedded r
                where r.reembedding_id = $1 and r.item_id = i.id and r.revision = i.revision and i.collection_id = $2 returning true
            )
            select count(*) from written
            """;
        var written = (long)(await ScalarAsync(replace, cancellationToken, work.Id, work.CollectionId))!;
        var items = (long)(await ScalarAsync("select count(*) from collection_item where collection_id = $1", cancellationToken, work.CollectionId))!;
        if (written != items)
            throw new InvalidOperationException($"Re-embedding {work.Id} has vectors for {written} of {items} items.");
        // At the floor, whoever follows changes reads everything anew; and no removal before it is asked for again.
        const string bind = """
            update collection set model_version_id = $2, revision = revision + 1, floor = revision + 1, items = $3, updated_at = now() where id = $1
            """;
        await ScalarAsync(bind, cancellationToken, work.CollectionId, work.ToVersionId, items);
        await ScalarAsync("delete from collection_removal where collection_id = $1", cancellationToken, work.CollectionId);
        const string end = """
            update collection_reembedding set state = 'succeeded', lease_until = null, total = $3, dropped = $4, updated_at = now()
            where id = $1 and fence = $2 and state = 'running' returning true
            """;
        if (await ScalarAsync(end, cancellationToken, work.Id, work.Fence, items, dropped) is not true)
            return false;
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    async Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
