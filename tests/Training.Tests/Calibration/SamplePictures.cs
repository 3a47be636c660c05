using System.Globalization;
using System.IO.Compression;
using ContrastiveService.Training.Data;

namespace ContrastiveService.Training.Tests.Calibration;

/// <summary>The sample pictures of the repository, as stores with and without their labels.</summary>
internal static class SamplePictures
{
    /// <param name="path">Where the store is to be.</param>
    /// <param name="labeled">Whether it has the labels.</param>
    /// <param name="train">At most the first so many of the training pictures.</param>
    /// <param name="test">The same of the test pictures.</param>
    public static ImageStore Open(string path, bool labeled, int train = int.MaxValue, int test = int.MaxValue)
    {
        using var builder = new ImageStoreBuilder(path, 28, 1);
        foreach (var (part, split, most) in new[] { ("train", "train", train), ("t10k", "test", test) })
        {
            var (pictures, labels) = (Read($"{part}-images-idx3-ubyte.gz")[16..], Read($"{part}-labels-idx1-ubyte.gz")[8..]);
            for (var i = 0; i < Math.Min(labels.Length, most); i++)
                builder.AddDecoded(
                    new($"{split}/{i:D6}", labeled ? labels[i].ToString(CultureInfo.InvariantCulture) : null, null, split, null), pictures.AsSpan(i * 28 * 28, 28 * 28));
        }

        builder.Finish();
        return ImageStore.Open(path);
    }

    private static byte[] Read(string name)
    {
        using var content = new MemoryStream();
        using var file = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "samples", "fashion-mnist-mini", name)), CompressionMode.Decompress);
        file.CopyTo(content);
        return content.ToArray();
    }
}
