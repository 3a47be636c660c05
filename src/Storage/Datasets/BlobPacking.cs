using System.Security.Cryptography;
using Npgsql;

namespace ContrastiveService.Storage.Datasets;

/// <summary>Packs the bytes of new items one after the other into blobs of several MiB, and writes their index rows.</summary>
sealed class BlobPacking(NpgsqlConnection connection, Guid importId, Guid datasetId)
{
    const int BlobBytes = 8 << 20;

    public async Task<AddResult> AddAsync(IReadOnlyList<NewItem> items, ContentDuplicates sameContent, CancellationToken cancellationToken)
    {
        var taken = await TakenAsync(items, cancellationToken);
        var hashes = items.Select(item => SHA256.HashData(item.Bytes)).ToArray();
        var contents = await ContentsAsync(hashes, cancellationToken);
        var (duplicates, same) = (new List<string>(), new List<SameContent>());
        var pending = new List<(NewItem Item, byte[] Sha256)>();
        var (added, bytes) = (0, 0L);
        foreach (var (item, sha256) in items.Zip(hashes))
        {
            if (!taken.Add(item.Key))
            {
                duplicates.Add(item.Key);
                continue;
            }
            var content = Convert.ToHexStringLower(sha256);
            if (contents.TryGetValue(content, out var first))
            {
                same.Add(new SameContent(item.Key, first));
                if (sameContent == ContentDuplicates.Skip)
                    continue;
            }
            contents[content] = first ?? item.Key;
            if (pending.Count > 0 && bytes + item.Bytes.Length > BlobBytes)
                await FlushAsync();
            pending.Add((item, sha256));
            bytes += item.Bytes.Length;
        }
        if (pending.Count > 0)
            await FlushAsync();
        return new AddResult(added, duplicates, same);

        async Task FlushAsync()
        {
            var written = await WriteAsync(pending, checked((int)bytes), cancellationToken);
            duplicates.AddRange(pending.Select(p => p.Item.Key).Where(key => !written.Contains(key)));
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

    /// <returns>The first key of each content, by its hash in hex, that the data set has or this import brought before.</returns>
    async Task<Dictionary<string, string>> ContentsAsync(byte[][] hashes, CancellationToken cancellationToken)
    {
        const string sql = """
            select distinct on (i.sha256) encode(i.sha256, 'hex'), i.key
            from dataset_item i join dataset_blob b on b.id = i.blob_id join dataset_import m on m.id = b.import_id
            where i.dataset_id = $1 and i.sha256 = any($2) and (m.id = $3 or m.version is not null)
            order by i.sha256, i.id
            """;
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters = { new() { Value = datasetId }, new() { Value = hashes }, new() { Value = importId } },
        };
        var contents = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            contents.Add(reader.GetString(0), reader.GetString(1));
        return contents;
    }

    /// <returns>The keys written: another import may have brought one in the meantime, whose bytes then lie in the blob unused.</returns>
    async Task<HashSet<string>> WriteAsync(List<(NewItem Item, byte[] Sha256)> items, int bytes, CancellationToken cancellationToken)
    {
        var blob = new byte[bytes];
        var offsets = new int[items.Count];
        var end = 0;
        for (var i = 0; i < items.Count; i++)
        {
            offsets[i] = end;
            items[i].Item.Bytes.CopyTo(blob, end);
            end += items[i].Item.Bytes.Length;
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
                Column(i => i.Item.Key),
                Column(i => i.Item.Label),
                Column(i => i.Item.Domain),
                Column(i => i.Item.Group),
                Column(i => i.Item.Split),
                Column(i => i.Item.MediaType),
                Column(i => i.Item.Width),
                Column(i => i.Item.Height),
                Column(i => i.Item.Channels),
                Column(i => i.Item.Bytes.Length),
                Column(i => i.Sha256),
                new() { Value = offsets },
            },
        };
        return await KeysAsync(command, cancellationToken);

        NpgsqlParameter Column<T>(Func<(NewItem Item, byte[] Sha256), T> value) => new NpgsqlParameter<T[]> { TypedValue = [.. items.Select(value)] };
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
