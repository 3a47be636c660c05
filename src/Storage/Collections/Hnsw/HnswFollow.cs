using Npgsql;

namespace ContrastiveService.Storage.Collections.Hnsw;

/// <summary>Carries changes of a collection into the table of its approximate index.</summary>
static class HnswFollow
{
    const int Piece = 500;

    const string Savepoint = "before_index";

    /// <summary>
    /// To be called behind a write in its transaction: the index has it too when the write is seen, provided that it had everything before. An index that cannot take it falls behind, and
    /// never keeps a write from happening.
    /// </summary>
    /// <param name="connection">In the write's transaction, which holds the collection's row.</param>
    /// <param name="collectionId">The collection.</param>
    /// <param name="revision">The write's.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    public static async Task FollowAsync(NpgsqlConnection connection, Guid collectionId, long revision, CancellationToken cancellationToken)
    {
        const string sql = $"""
            select x.relation, x.width, x.half
            from collection_index x join collection c on c.id = x.collection_id
            where x.collection_id = $1 and x.relation is not null and x.revision = $2 - 1 and {HnswStore.Fits}
            """;
        await using var look = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = collectionId }, new() { Value = revision } } };
        (string Relation, HnswShape Shape) target;
        await using (var reader = await look.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
                return;
            target = (reader.GetString(0), new HnswShape(reader.GetInt32(1), reader.GetBoolean(2)));
        }

        await RunAsync(connection, $"savepoint {Savepoint}", [], cancellationToken);
        try
        {
            var changed = await ApplyAsync(connection, collectionId, target.Relation, target.Shape, revision - 1, cancellationToken);
            await RunAsync(
                connection, "update collection_index set revision = $2, changed = changed + $3 where collection_id = $1", [collectionId, revision, changed], cancellationToken);
            await RunAsync(connection, $"release savepoint {Savepoint}", [], cancellationToken);
        }
        catch (Exception e) when (e is PostgresException or InvalidDataException)
        {
            // The extension or the table may be gone. Whoever keeps indexes sees that this one is behind, and finds out why.
            await RunAsync(connection, $"rollback to savepoint {Savepoint}", [], cancellationToken);
        }
    }

    /// <summary>Makes the changes since a revision; making them twice does no harm. Needs a transaction.</summary>
    /// <returns>How many items that were.</returns>
    public static async Task<long> ApplyAsync(
        NpgsqlConnection connection, Guid collectionId, string relation, HnswShape shape, long since, CancellationToken cancellationToken)
    {
        var forget = $"""
            delete from {relation} t using collection_removal r where r.collection_id = $1 and r.revision > $2 and t.item_id = r.item_id
            """;
        // Removals that are forgotten: whatever is not there any more goes.
        var compare = $"""
            delete from {relation} t
            where exists (select from collection where id = $1 and floor > $2) and not exists (select from collection_item i where i.id = t.item_id and i.collection_id = $1)
            """;
        var put = $"""
            insert into {relation} (item_id, embedding)
            select u.item, ($2::real[])[(u.n - 1) * {shape.Width} + 1 : u.n * {shape.Width}]::{shape.Type}
            from (select item, n::integer from unnest($1::bigint[]) with ordinality as u (item, n)) as u
            on conflict (item_id) do update set embedding = excluded.embedding
            """;
        var changed = 0L;
        if (since >= 0)
        {
            changed += await RunAsync(connection, forget, [collectionId, since], cancellationToken);
            changed += await RunAsync(connection, compare, [collectionId, since], cancellationToken);
        }

        await RunAsync(
            connection, "declare changed_items no scroll cursor for select id, vector from collection_item where collection_id = $1 and revision > $2", [collectionId, since],
            cancellationToken);
        while (await FetchAsync(connection, cancellationToken) is { Ids.Count: > 0 } piece)
        {
            changed += piece.Ids.Count;
            await RunAsync(connection, put, [piece.Ids.ToArray(), shape.Decode(piece.Vectors)], cancellationToken);
        }

        await RunAsync(connection, "close changed_items", [], cancellationToken);
        return changed;
    }

    static async Task<(List<long> Ids, List<byte[]> Vectors)> FetchAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"fetch {Piece} from changed_items", connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (ids, vectors) = (new List<long>(Piece), new List<byte[]>(Piece));
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
            vectors.Add(reader.GetFieldValue<byte[]>(1));
        }

        return (ids, vectors);
    }

    /// <summary>Runs a statement that may take as long as it takes.</summary>
    /// <returns>Rows that it touched.</returns>
    public static async Task<int> RunAsync(NpgsqlConnection connection, string sql, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in parameters)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
