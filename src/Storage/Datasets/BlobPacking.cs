using System.Security.Cryptography;
using Npgsql;

namespace ContrastiveService.Storage.Datasets;

/// <summary>Packs the bytes of new items one after the other into blobs of several MiB, and writes their index rows.</summary>
sealed class BlobPacking(NpgsqlConnection connection, Guid importId, Guid datasetId)
{
    const int BlobBytes = 8 << 20;

    public async Task<AddResult> AddAsync(IReadOnlyList<NewItem> items, CancellationToken cancellationToken)
    {
        var taken = await TakenAsync(items, cancellationToken);
        var duplicates = new List<string>();
        var pending = new List<NewItem>();
        var (added, bytes) = (0, 0L);
        foreach (var item in items)
        {
            if (!taken.Add(item.Key))
            {
                duplicates.Add(item.Key);
                continue;
            }
            if (pending.Count > 0 && bytes + item.Bytes.Length > BlobBytes)
                await FlushAsync();
            pending.Add(item);
            bytes += item.Bytes.Length;
        }
        if (pending.Count > 0)
            await FlushAsync();
        return new AddResult(added, duplicates);

        async Task FlushAsync()
        {
            var written = await WriteAsync(pending, checked((int)bytes), cancellationToken);
            duplicates.AddRange(pending.Select(item => item.Key).Where(key => !written.Contains(key)));
            added += written.Count;
            bytes = 0;
            pending.Clear();
        }
    }

    async Task<HashSet<string>> TakenAsync(IReadOnlyList<NewItem> items, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select key from dataset_item where dataset_id = $1 and key = any($2)", connection)
        {
            Parameters = { new() { Value = datasetId }, new() { Value = items.Select(item => item.Key).ToArray() } },
        };
        return await KeysAsync(command, cancellationToken);
    }

    /// <returns>The keys written: another import may have brought one in the meantime, whose bytes then lie in the blob unused.</returns>
    async Task<HashSet<string>> WriteAsync(List<NewItem> items, int bytes, CancellationToken cancellationToken)
    {
        var blob = new byte[bytes];
        var offsets = new int[items.Count];
        var end = 0;
        for (var i = 0; i < items.Count; i++)
        {
            offsets[i] = end;
            items[i].Bytes.CopyTo(blob, end);
            end += items[i].Bytes.Length;
        }
        const string sql = """
            with blob as (insert into dataset_blob (import_id, bytes) values ($1, $2) returning id)
            insert into dataset_item
                (dataset_id, key, label, domain, group_key, split, media_type, width, height, channels, bytes, sha256, blob_id, blob_offset)
            select $3, key, label, domain, group_key, split, media_type, width, height, channels, bytes, sha256, blob.id, blob_offset
            from blob,
                unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::int[], $11::int[], $12::int[], $13::int[], $14::bytea[], $15::int[])
                with ordinality as item
                (key, label, domain, group_key, split, media_type, width, height, channels, bytes, sha256, blob_offset, position)
            order by position
            on conflict (dataset_id, key) do nothing
            returning key
            """;
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                new() { Value = importId },
                new() { Value = blob },
                new() { Value = datasetId },
                Column(item => item.Key),
                Column(item => item.Label),
                Column(item => item.Domain),
                Column(item => item.Group),
                Column(item => item.Split),
                Column(item => item.MediaType),
                Column(item => item.Width),
                Column(item => item.Height),
                Column(item => item.Channels),
                Column(item => item.Bytes.Length),
                Column(item => SHA256.HashData(item.Bytes)),
                new() { Value = offsets },
            },
        };
        return await KeysAsync(command, cancellationToken);

        NpgsqlParameter Column<T>(Func<NewItem, T> value) => new NpgsqlParameter<T[]> { TypedValue = [.. items.Select(value)] };
    }

    static async Task<HashSet<string>> KeysAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            keys.Add(reader.GetString(0));
        return keys;
    }
}
