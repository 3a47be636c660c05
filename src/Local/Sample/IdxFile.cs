using System.Buffers.Binary;
using System.IO.Compression;

namespace ContrastiveService.Local.Sample;

/// <summary>Reads the gzipped IDX files of the MNIST family: a magic number, the dimensions, then bytes.</summary>
internal static class IdxFile
{
    private const int ImagesMagic = 0x803, LabelsMagic = 0x801, ImagesHeader = 16, LabelsHeader = 8;

    /// <param name="images">(N, H, W) uint8.</param>
    /// <param name="labels">(N) uint8.</param>
    /// <exception cref="LocalException">They are not such files, or do not belong together.</exception>
    public static Picture[] Read(string images, string labels)
    {
        var pixels = Unpack(images, ImagesMagic);
        var classes = Unpack(labels, LabelsMagic);
        var (count, height, width) = (Number(pixels, 1), Number(pixels, 2), Number(pixels, 3));
        if (count != Number(classes, 1) || pixels.Length != ImagesHeader + count * height * width || classes.Length != LabelsHeader + count)
            throw new LocalException($"{images} and {labels} do not belong together, or one of them is cut off.");
        return [.. Enumerable.Range(0, count).Select(i =>
            new Picture(width, height, pixels.AsSpan(ImagesHeader + i * height * width, height * width).ToArray(), classes[LabelsHeader + i]))];
    }

    /// <summary>How many labels a file has, by its header.</summary>
    public static int Count(string labels)
    {
        using var file = File.OpenRead(labels);
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        var header = new byte[LabelsHeader];
        gzip.ReadExactly(header);
        return Number(header, 1);
    }

    private static byte[] Unpack(string path, int magic)
    {
        using var file = File.OpenRead(path);
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        var bytes = plain.ToArray();
        return bytes.Length >= LabelsHeader && Number(bytes, 0) == magic ? bytes : throw new LocalException($"{path} is not the IDX file that it should be.");
    }

    private static int Number(byte[] bytes, int index) => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4 * index));
}
