using System.Diagnostics.CodeAnalysis;

namespace ContrastiveService.Training.Weights;

/// <summary>
/// A safetensors file that holds only the tensors of another whose names start with a prefix, without that prefix: how an encoder's weights are downloaded out
/// of a checkpoint. Read-only and seekable; nothing is copied but what is read.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "The name says what it is a stream of.")]
public sealed class SafeTensorsSubset : Stream
{
    readonly Stream source;
    readonly byte[] header;
    readonly List<(long Start, long SourceStart, long Length)> pieces = [];
    long position;

    /// <param name="source">A seekable safetensors file, at its beginning; closed with this stream.</param>
    /// <param name="prefix">Such as <c>encoder.</c>.</param>
    /// <param name="metadata">The new file's metadata; that of the source if left out.</param>
    /// <exception cref="WeightsException">The file is damaged, or has no such tensor.</exception>
    public SafeTensorsSubset(Stream source, string prefix, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        this.source = source;
        var whole = SafeTensors.ReadHeader(source);
        var chosen = whole.Tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal) && tensor.Name.Length > prefix.Length).ToList();
        if (chosen.Count == 0) throw new WeightsException($"None of the {whole.Tensors.Count} tensors of this file has a name that starts with '{prefix}'.");

        var entries = new List<SafeTensorsEntry>(chosen.Count);
        var offset = 0L;
        foreach (var tensor in chosen)
        {
            entries.Add(tensor with { Name = tensor.Name[prefix.Length..], Begin = offset, End = offset + tensor.Length });
            offset += tensor.Length;
        }
        header = SafeTensorsHeader.Encode(entries, metadata ?? whole.Metadata);
        Length = header.Length + offset;

        foreach (var (entry, tensor) in entries.Zip(chosen).Where(pair => pair.First.Length > 0))
            pieces.Add((header.Length + entry.Begin, whole.DataStart + tensor.Begin, entry.Length));
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position
    {
        get => position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        if (ReadFromHeader(buffer) is var fromHeader and > 0) return fromHeader;
        if (!SeekSource(out var left)) return 0;
        var read = source.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
        position += read;
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (ReadFromHeader(buffer.Span) is var fromHeader and > 0) return fromHeader;
        if (!SeekSource(out var left)) return 0;
        var read = await source.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
        position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("This stream is read-only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is read-only.");

    protected override void Dispose(bool disposing)
    {
        if (disposing) source.Dispose();
        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await base.DisposeAsync();
    }

    int ReadFromHeader(Span<byte> buffer)
    {
        if (position >= header.Length) return 0;
        var read = Math.Min(buffer.Length, header.Length - (int)position);
        header.AsSpan((int)position, read).CopyTo(buffer);
        position += read;
        return read;
    }

    /// <summary>Brings the source to what stands at this position; false at the end.</summary>
    bool SeekSource(out long left)
    {
        left = 0;
        if (position < header.Length || position >= Length) return false;
        var (low, high) = (0, pieces.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (pieces[middle].Start <= position) low = middle;
            else high = middle - 1;
        }
        var piece = pieces[low];
        left = piece.Start + piece.Length - position;
        source.Position = piece.SourceStart + position - piece.Start;
        return true;
    }
}
