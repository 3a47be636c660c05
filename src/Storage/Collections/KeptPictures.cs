using Npgsql;

namespace ContrastiveService.Storage.Collections;

/// <summary>Pictures that are kept with the items whose vectors were made of them.</summary>
static class KeptPictures
{
    // What one statement carries, so that neither side holds a large request twice.
    const int PieceBytes = 16 << 20;

    /// <summary>Keeps the pictures of items that were just written at this revision, and forgets those of items that came without one.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, Guid collectionId, long revision, IReadOnlyList<NewCollectionItem> items, CancellationToken cancellationToken)
    {
        const string keep = """
            insert into collection_picture (item_id, revision, bytes)
            select i.id, $2, n.bytes from unnest($3::text[], $4::bytea[]) as n (key, bytes) join collection_item i on i.collection_id = $1 and i.key = n.key
            on conflict (item_id) do update set revision = excluded.revision, bytes = excluded.bytes
            """;
        foreach (var piece in Pieces(items))
        {
            await using var command = new NpgsqlCommand(keep, connection)
            {
                Parameters =
                {
                    new() { Value = collectionId }, new() { Value = revision },
                    new() { Value = piece.Select(item => item.Key).ToArray() }, new() { Value = piece.Select(item => item.Picture!).ToArray() },
                },
            };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        var without = items.Where(item => item.Picture is null).Select(item => item.Key).ToArray();
        if (without.Length == 0)
            return;
        const string forget = "delete from collection_picture p using collection_item i where p.item_id = i.id and i.collection_id = $1 and i.key = any($2)";
        await using var old = new NpgsqlCommand(forget, connection) { Parameters = { new() { Value = collectionId }, new() { Value = without } } };
        await old.ExecuteNonQueryAsync(cancellationToken);
    }

    static IEnumerable<List<NewCollectionItem>> Pieces(IReadOnlyList<NewCollectionItem> items)
    {
        var (piece, bytes) = (new List<NewCollectionItem>(), 0L);
        foreach (var item in items.Where(item => item.Picture is not null))
        {
            if (piece.Count > 0 && bytes + item.Picture!.Length > PieceBytes)
            {
                yield return piece;
                (piece, bytes) = ([], 0);
            }

            piece.Add(item);
            bytes += item.Picture!.Length;
        }

        if (piece.Count > 0)
            yield return piece;
    }
}
