using System.IO.Hashing;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>An entry's content that is compared with its checksum when its end is reached: the framework's reader does not look at it.</summary>
sealed class ChecksumStream(Stream content, uint expected) : Stream
{
    private readonly Crc32 checksum = new();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="InvalidDataException">At the end: what was read is not what was packed.</exception>
    public override int Read(Span<byte> buffer)
    {
        var read = content.Read(buffer);
        checksum.Append(buffer[..read]);
        return read > 0 || buffer.IsEmpty || checksum.GetCurrentHashAsUInt32() == expected ? read : throw new InvalidDataException("its checksum is wrong.");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            content.Dispose();
        base.Dispose(disposing);
    }
}
