using System.Text.Json;
using ContrastiveService.Training.Plans;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Data;

/// <summary>Decoded pictures in a memory-mapped file: uint8, (N, C, S, S). Made once by an <see cref="ImageStoreBuilder"/>; any number of processes may read it.</summary>
public sealed class ImageStore : IDisposable
{
    private readonly Tensor[] parts; // each (N, C, S, S) uint8
    private readonly int boundary;

    private ImageStore(int size, int channels, IReadOnlyList<ImageRecord> records, Tensor[] parts)
    {
        this.parts = parts;
        boundary = (int)parts[0].size(0);
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
        using var stream = File.OpenRead(IndexPath(path));
        var index = JsonSerializer.Deserialize<ImageStoreIndex>(stream) ?? throw new InvalidDataException($"The index of '{path}' is empty.");
        var expected = (long)index.Records.Count * index.Channels * index.Size * index.Size;
        var actual = new FileInfo(path).Length;
        if (expected != actual)
            throw new InvalidDataException($"'{path}' has {actual} bytes, its index says {expected}. Delete both; they are made again from the data set.");
        using var flat = from_file(path, false, expected, ScalarType.Byte);
        return new(index.Size, index.Channels, index.Records, [flat.view(index.Records.Count, index.Channels, index.Size, index.Size).DetachFromDisposeScope()]);
    }

    /// <summary>Two data sets as one store: the pictures of <paramref name="target"/> come after those of <paramref name="source"/>. The result owns both.</summary>
    /// <exception cref="ArgumentException">They were decoded at another size, or are joined already.</exception>
    public static ImageStore Join(ImageStore source, ImageStore target)
    {
        if ((source.Size, source.Channels) != (target.Size, target.Channels) || source.parts.Length + target.parts.Length > 2)
            throw new ArgumentException($"Only two plain stores of one size can be joined; these are {source.Size}×{source.Channels} and {target.Size}×{target.Channels}.", nameof(target));
        return new(source.Size, source.Channels, [.. source.Records, .. target.Records], [source.parts[0], target.parts[0]]);
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
        using var scope = NewDisposeScope();
        if (parts.Length == 1)
            return parts[0].index_select(0, tensor(indices.ToArray())).MoveToOuterDisposeScope();
        var gathered = empty([indices.Length, Channels, Size, Size], ScalarType.Byte);
        foreach (var second in new[] { false, true })
        {
            var (rows, from) = (new List<long>(), new List<long>());
            for (var row = 0; row < indices.Length; row++)
            {
                if (indices[row] >= boundary != second)
                    continue;
                rows.Add(row);
                from.Add(second ? indices[row] - boundary : indices[row]);
            }

            if (rows.Count > 0)
                gathered.index_copy_(0, tensor(rows.ToArray()), parts[second ? 1 : 0].index_select(0, tensor(from.ToArray())));
        }

        return gathered.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in parts)
            part.Dispose();
    }

    internal static string IndexPath(string path) => path + ".index.json";
}
