namespace ContrastiveService.Storage.Tests;

/// <summary>Bytes that do not compress, made as they are read; it can break off, or do something, when a position is reached.</summary>
sealed class PseudoRandomStream(long length, long breakAt = long.MaxValue, long at = long.MaxValue, Func<Task>? then = null) : Stream
{
    readonly Random random = new(1);
    long position;
    bool done;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (position >= breakAt)
            throw new IOException("The source broke off.");
        if (position >= at && !done && then is not null)
        {
            done = true;
            await then();
        }
        // Less than asked for, as files and sockets do.
        var count = (int)Math.Min(Math.Min(buffer.Length, length - position), 100_000);
        random.NextBytes(buffer.Span[..count]);
        position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}
