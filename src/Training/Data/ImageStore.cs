using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Data;

/// <summary>Decoded pictures in a memory-mapped file: uint8, (N, C, S, S). Made once by an <see cref="ImageStoreBuilder"/>; any number of processes may read it.</summary>
public sealed class ImageStore : IDisposable
{
    private readonly Tensor pixels; // (N, C, S, S) uint8

    private ImageStore(ImageStoreIndex index, Tensor pixels)
    {
        this.pixels = pixels;
        Size = index.Size;
        Channels = index.Channels;
        Records = index.Records;
        Classes = [.. index.Records.Select(r => r.Label).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        var number = Classes.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i);
        Labels = [.. index.Records.Select(r => r.Label is null ? -1 : (long)number[r.Label])];
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
        return new(index, flat.view(index.Records.Count, index.Channels, index.Size, index.Size).DetachFromDisposeScope());
    }

    /// <summary>Copies pictures out, in the order asked for.</summary>
    /// <param name="indices">Positions in <see cref="Records"/>.</param>
    /// <returns>(n, C, S, S) uint8 on the CPU.</returns>
    public Tensor Gather(ReadOnlySpan<long> indices)
    {
        using var index = tensor(indices.ToArray());
        return pixels.index_select(0, index);
    }

    /// <inheritdoc/>
    public void Dispose() => pixels.Dispose();

    internal static string IndexPath(string path) => path + ".index.json";
}
