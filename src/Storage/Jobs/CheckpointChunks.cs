using System.Security.Cryptography;
using Npgsql;

namespace ContrastiveService.Storage.Jobs;

/// <summary>
/// A checkpoint's bytes as rows of 4 MiB. One value would cost the server several times its size in memory, and beyond some 500 MB pg_dump could no longer save it.
/// </summary>
static class CheckpointChunks
{
    public const int Size = 4 << 20;

    /// <summary>Writes a stream to its end inside the caller's transaction, one chunk in memory.</summary>
    public static async Task<(long Bytes, byte[] Sha256)> WriteAsync(
        NpgsqlConnection connection, Guid checkpointId, Stream content, CancellationToken cancellationToken)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Size];
        var (number, sha256, bytes) = (new NpgsqlParameter<int>(), new NpgsqlParameter<byte[]>(), new NpgsqlParameter<ReadOnlyMemory<byte>>());
        await using var insert = new NpgsqlCommand("insert into checkpoint_chunk (checkpoint_id, number, sha256, bytes) values ($1, $2, $3, $4)", connection)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = checkpointId }, number, sha256, bytes },
        };
        await insert.PrepareAsync(cancellationToken);
        var total = 0L;
        int length;
        while ((length = await content.ReadAtLeastAsync(buffer, Size, throwOnEndOfStream: false, cancellationToken)) > 0)
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
