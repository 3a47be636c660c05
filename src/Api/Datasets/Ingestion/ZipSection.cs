namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>A zip that has all of its files' contents but only a section of its table of contents.</summary>
/// <param name="file">The whole zip; stays open.</param>
/// <param name="offset">Where its table of contents begins.</param>
/// <param name="section">What stands there instead.</param>
sealed class ZipSection(Stream file, long offset, byte[] section) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => offset + section.Length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        int read;
        if (Position < offset)
        {
            if (file.Position != Position)
                file.Position = Position;
            read = file.Read(buffer[..(int)Math.Min(buffer.Length, offset - Position)]);
        }
        else
        {
            var rest = section.AsSpan((int)Math.Min(section.Length, Position - offset));
            read = Math.Min(buffer.Length, rest.Length);
            rest[..read].CopyTo(buffer);
        }

        Position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
