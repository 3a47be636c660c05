using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using ContrastiveService.Training.Data;

namespace ContrastiveService.Bench;

/// <summary>Image stores of Fashion-MNIST and of the domains that samples/make-domain-benchmark.cs makes of it, without a service in between.</summary>
internal static class IdxStore
{
    private static readonly (string Part, string Split)[] Parts = [("train", "train"), ("t10k", "test")];

    /// <summary>Opens the store at <paramref name="path"/>; builds it if there is none.</summary>
    /// <param name="folder">Where the four files <c>{train,t10k}-{images,labels}-idx*-ubyte.gz</c> lie.</param>
    /// <param name="path">Of the store.</param>
    /// <param name="channels">1, or 3: grey pictures then have three equal channels. Colour pictures need 3.</param>
    /// <param name="domain">What the records say of their domain.</param>
    /// <param name="perSplit">At most the first so many of either split.</param>
    /// <exception cref="InvalidDataException">The files are not what they should be.</exception>
    public static ImageStore Open(string folder, string path, int channels, string? domain = null, int perSplit = int.MaxValue)
    {
        if (!ImageStoreBuilder.Exists(path))
            Build(folder, path, channels, domain, perSplit);
        return ImageStore.Open(path);
    }

    /// <summary>The same of several folders with pictures of the same things in the same order, such as a domain and another made of it: those of one thing are a group.</summary>
    public static ImageStore Twins(IReadOnlyList<string> folders, string path, int channels)
    {
        if (!ImageStoreBuilder.Exists(path))
        {
            ImageStoreBuilder? builder = null;
            try
            {
                foreach (var folder in folders)
                    Add(ref builder, folder, path, channels, Path.GetFileName(folder), int.MaxValue, grouped: true);
                builder!.Finish();
            }
            finally
            {
                builder?.Dispose();
            }
        }

        return ImageStore.Open(path);
    }

    private static void Build(string folder, string path, int channels, string? domain, int perSplit)
    {
        ImageStoreBuilder? builder = null;
        try
        {
            Add(ref builder, folder, path, channels, domain, perSplit, grouped: false);
            builder!.Finish();
        }
        finally
        {
            builder?.Dispose();
        }
    }

    private static void Add(ref ImageStoreBuilder? builder, string folder, string path, int channels, string? domain, int perSplit, bool grouped)
    {
        foreach (var (part, split) in Parts)
        {
            using var labels = Read(folder, $"{part}-labels-idx1-ubyte.gz", out _);
            var name = File.Exists(Path.Combine(folder, $"{part}-images-idx4-ubyte.gz")) ? $"{part}-images-idx4-ubyte.gz" : $"{part}-images-idx3-ubyte.gz";
            using var pictures = Read(folder, name, out var shape);
            var (side, stored) = (shape[1], shape.Length == 4 ? shape[3] : 1);
            if (shape[2] != side || stored > channels)
                throw new InvalidDataException($"'{name}' holds {shape[2]}×{side} pictures of {stored} channels; squares of at most {channels} are needed.");
            builder ??= new ImageStoreBuilder(path, side, channels);
            var (hwc, chw) = (new byte[side * side * stored], new byte[side * side * channels]);
            for (var i = 0; i < Math.Min(shape[0], perSplit); i++)
            {
                pictures.ReadExactly(hwc);
                for (var p = 0; p < chw.Length; p++)
                    chw[p] = hwc[(p % (side * side) * stored) + Math.Min(p / (side * side), stored - 1)];
                var label = labels.ReadByte().ToString(CultureInfo.InvariantCulture);
                var thing = $"{split}/{i:D6}";
                builder.AddDecoded(new ImageRecord(grouped ? $"{domain}/{thing}" : thing, label, domain, split, grouped ? thing : null), chw);
            }
        }
    }

    private static BufferedStream Read(string folder, string name, out int[] shape)
    {
        var path = Path.Combine(folder, name);
        var stream = new BufferedStream(new GZipStream(File.OpenRead(path), CompressionMode.Decompress), 1 << 16);
        var number = new byte[4];
        stream.ReadExactly(number);
        if (number is not [0, 0, 8, 1 or 3 or 4])
            throw new InvalidDataException($"'{path}' is not an IDX file of bytes.");
        shape = new int[number[3]];
        for (var i = 0; i < shape.Length; i++)
        {
            stream.ReadExactly(number);
            shape[i] = BinaryPrimitives.ReadInt32BigEndian(number);
        }

        return stream;
    }
}
