using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Data;

/// <summary>
/// Decoded pictures in a memory-mapped file: uint8, (N, C, S, S). Made once by an <see cref="ImageStoreBuilder"/>; any number of processes may read it, and it may
/// be larger than memory. While it is open it holds a shared lock on its file.
/// </summary>
public sealed class ImageStore : IDisposable
{
    private readonly MappedPixels[] parts; // each (N, C, S, S) uint8
    private readonly int boundary;

    private ImageStore(int size, int channels, IReadOnlyList<ImageRecord> records, MappedPixels[] parts, int boundary)
    {
        this.parts = parts;
        this.boundary = boundary;
        Size = size;
        Channels = channels;
        Records = records;
        Classes = [.. Records.Select(r => r.Label).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        var number = Classes.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i);
        Labels = [.. Records.Select(r => r.Label is null ? -1 : (long)number[r.Label])];
    }

    /// <summary>Side of the squares, in pixels.</summary>
    public int Size { get; }

    /// <summary>1 or 3.</summary>
    public int Channels { get; }

    /// <summary>One for each picture, in the data set's order.</summary>
    public IReadOnlyList<ImageRecord> Records { get; }

    /// <summary>Distinct labels in ordinal order; a class index points into it.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Class index of every picture, −1 without a label.</summary>
    public IReadOnlyList<long> Labels { get; }

    internal IEnumerable<long> All => Enumerable.Range(0, Records.Count).Select(i => (long)i);

    /// <summary>Opens a finished store.</summary>
    /// <param name="path">The path given to the builder.</param>
    /// <exception cref="InvalidDataException">The files do not belong together.</exception>
    public static ImageStore Open(string path)
    {
        var index = ImageStoreIndex.Read(IndexPath(path));
        var pixels = new MappedPixels(path);
        var expected = (long)index.Records.Count * index.Channels * index.Size * index.Size;
        if (expected == pixels.Length)
            return new(index.Size, index.Channels, index.Records, [pixels], index.Records.Count);
        pixels.Dispose();
        throw new InvalidDataException($"'{path}' has {pixels.Length} bytes, its index says {expected}. Delete both; they are made again from the data set.");
    }

    /// <summary>Two data sets as one store: the pictures of <paramref name="target"/> come after those of <paramref name="source"/>. The result owns both.</summary>
    /// <exception cref="ArgumentException">They were decoded at another size, or are joined already.</exception>
    public static ImageStore Join(ImageStore source, ImageStore target)
    {
        if ((source.Size, source.Channels) != (target.Size, target.Channels) || source.parts.Length + target.parts.Length > 2)
            throw new ArgumentException($"Only two plain stores of one size can be joined; these are {source.Size}×{source.Channels} and {target.Size}×{target.Channels}.", nameof(target));
        return new(source.Size, source.Channels, [.. source.Records, .. target.Records], [source.parts[0], target.parts[0]], source.boundary);
    }

    /// <summary>The pictures of the two domains that a plan names.</summary>
    public (long[] Source, long[] Target) Domains(DomainsPlan plan)
    {
        var joined = parts.Length > 1;
        return ([.. All.Where(i => (!joined || i < boundary) && Is(i, plan.Source))], [.. All.Where(i => (!joined || i >= boundary) && Is(i, plan.Target))]);

        bool Is(long i, string? domain) => domain is null || Records[(int)i].Domain == domain;
    }

    /// <summary>Copies pictures out, in the order asked for.</summary>
    /// <param name="indices">Positions in <see cref="Records"/>.</param>
    /// <returns>(n, C, S, S) uint8 on the CPU.</returns>
    public Tensor Gather(ReadOnlySpan<long> indices)
    {
        var gathered = empty([indices.Length, Channels, Size, Size], ScalarType.Byte);
        Gather(indices, gathered.bytes);
        return gathered;
    }

    /// <summary>Copies pictures out, in the order asked for, into memory of the caller's; nothing is allocated.</summary>
    /// <param name="indices">Positions in <see cref="Records"/>.</param>
    /// <param name="destination">n × C × S × S bytes.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no picture at a position.</exception>
    public void Gather(ReadOnlySpan<long> indices, Span<byte> destination)
    {
        var each = Channels * Size * Size;
        if (destination.Length != indices.Length * each)
            throw new ArgumentException($"{indices.Length} pictures of {Channels} × {Size} × {Size} take {indices.Length * each} bytes, not {destination.Length}.", nameof(destination));
        for (var row = 0; row < indices.Length; row++)
        {
            var second = parts.Length > 1 && indices[row] >= boundary;
            var position = second ? indices[row] - boundary : indices[row];
            parts[second ? 1 : 0].Slice(position * each, each).CopyTo(destination[(row * each)..]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in parts)
            part.Dispose();
    }

    internal static string IndexPath(string path) => path + ".index";
}
