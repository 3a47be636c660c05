namespace ContrastiveService.Bench;

/// <summary>So many bytes that do not compress, as weights do not, from one megabyte of memory.</summary>
internal sealed class NoiseStream : Stream
{
    private readonly byte[] _noise = new byte[1 << 20];
    private long _position;

    public NoiseStream(long length)
    {
        Length = length;
        new Random(1).NextBytes(_noise);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var from = (int)(_position % _noise.Length);
        var count = (int)Math.Min(Math.Min(buffer.Length, _noise.Length - from), Length - _position);
        _noise.AsSpan(from, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
