using System.Data;
using System.Security.Cryptography;
using Npgsql;

namespace ContrastiveService.Storage.Chunks;

/// <summary>Reads contents chunk by chunk, each on a short-lived connection, and checks what it reads. Not for use by two threads at once.</summary>
sealed class ChunkStream(NpgsqlDataSource source, ChunkTable table, Guid id, long length) : Stream
{
    readonly byte[] buffer = new byte[Math.Min(ChunkTable.ChunkSize, length)];
    long loaded = -1;
    long position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => position;
        set => position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A position is 0 or more.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        if (destination.IsEmpty || position >= Length)
            return 0;
        await LoadAsync(position / ChunkTable.ChunkSize, cancellationToken);
        var piece = Loaded();
        var count = Math.Min(piece.Length, destination.Length);
        piece.Span[..count].CopyTo(destination.Span);
        position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> destination)
    {
        if (destination.IsEmpty || position >= Length)
            return 0;
        var chunk = position / ChunkTable.ChunkSize;
        // Weights are read by code that knows nothing of tasks. Off this thread's context, the wait cannot block what it waits for.
        if (chunk != loaded)
            Task.Run(() => LoadAsync(chunk, CancellationToken.None)).GetAwaiter().GetResult();
        var piece = Loaded();
        var count = Math.Min(piece.Length, destination.Length);
        piece.Span[..count].CopyTo(destination);
        position += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>What the loaded chunk holds from the position on.</summary>
    ReadOnlyMemory<byte> Loaded() => buffer.AsMemory(0, ChunkLength(loaded))[(int)(position % ChunkTable.ChunkSize)..];

    int ChunkLength(long number) => (int)Math.Min(ChunkTable.ChunkSize, Length - number * ChunkTable.ChunkSize);

    async Task LoadAsync(long number, CancellationToken cancellationToken)
    {
        if (number == loaded)
            return;
        loaded = -1;
        await using var command = source.CreateCommand($"select sha256, octet_length(bytes), bytes from {table.Name} where {table.Key} = $1 and number = $2");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = (int)number });
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            throw new DamagedContentException($"{table.Content} {id} lacks chunk {number}; it was deleted meanwhile, or the database is damaged.");
        var expected = await reader.GetFieldValueAsync<byte[]>(0, cancellationToken);
        var chunk = buffer.AsMemory(0, ChunkLength(number));
        var whole = reader.GetInt32(1) == chunk.Length;
        if (whole)
        {
            await using var bytes = await reader.GetStreamAsync(2, cancellationToken);
            await bytes.ReadExactlyAsync(chunk, cancellationToken);
        }
        if (!whole || !SHA256.HashData(chunk.Span).AsSpan().SequenceEqual(expected))
            throw new DamagedContentException($"Chunk {number} of {table.Content} {id} is not what was written; the database is damaged.");
        loaded = number;
    }
}
