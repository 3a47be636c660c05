using System.Security.Cryptography;
using Npgsql;

namespace ContrastiveService.Storage.Chunks;

/// <summary>Cuts contents into the rows of a <see cref="ChunkTable"/>.</summary>
static class ChunkWriter
{
    /// <summary>Writes a stream to its end inside the caller's transaction, one chunk in memory.</summary>
    public static async Task<(long Bytes, byte[] Sha256)> WriteAsync(
        NpgsqlConnection connection, ChunkTable table, Guid id, Stream content, CancellationToken cancellationToken)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[ChunkTable.ChunkSize];
        var (number, sha256, bytes) = (new NpgsqlParameter<int>(), new NpgsqlParameter<byte[]>(), new NpgsqlParameter<ReadOnlyMemory<byte>>());
        await using var insert = new NpgsqlCommand($"insert into {table.Name} ({table.Key}, number, sha256, bytes) values ($1, $2, $3, $4)", connection)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = id }, number, sha256, bytes },
        };
        await insert.PrepareAsync(cancellationToken);
        var total = 0L;
        int length;
        while ((length = await content.ReadAtLeastAsync(buffer, ChunkTable.ChunkSize, throwOnEndOfStream: false, cancellationToken)) > 0)
        {
            var chunk = buffer.AsMemory(0, length);
            whole.AppendData(chunk.Span);
            sha256.TypedValue = SHA256.HashData(chunk.Span);
            bytes.TypedValue = chunk;
            await insert.ExecuteNonQueryAsync(cancellationToken);
            number.TypedValue++;
            total += length;
        }
        return (total, whole.GetHashAndReset());
    }
}
