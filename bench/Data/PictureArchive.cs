using System.IO.Compression;
using SkiaSharp;
using static System.FormattableString;

namespace ContrastiveService.Bench.Data;

/// <summary>A zip of grey PNGs, 28×28, no two alike, in ten folders that are their labels.</summary>
internal static class PictureArchive
{
    private const int Side = 28, Labels = 10;

    public static void Write(string path, int pictures)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 20);
        using var zip = new ZipArchive(file, ZipArchiveMode.Create);
        using var bitmap = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Gray8, SKAlphaType.Opaque));
        for (var i = 0; i < pictures; i++)
        {
            Draw(bitmap, i);
            using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            using var entry = zip.CreateEntry(Invariant($"{i % Labels}/{i:D7}.png"), CompressionLevel.NoCompression).Open();
            entry.Write(png.AsSpan());
        }
    }

    /// <summary>A blob on black, as clothes and digits are, with the number in its corner pixels.</summary>
    private static void Draw(SKBitmap bitmap, int number)
    {
        var pixels = bitmap.GetPixelSpan();
        var random = new Random(number);
        var (x0, y0, radius) = (8 + random.Next(12), 8 + random.Next(12), 20 + random.Next(100));
        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y) = (i % Side - x0, i / Side - y0);
            var inside = 1 - (double)(x * x + y * y) / radius;
            pixels[i] = (byte)(inside <= 0 ? 0 : 255 * inside * (0.8 + 0.2 * random.NextDouble()));
        }

        for (var i = 0; i < 4; i++)
            pixels[i] = (byte)(number >> (8 * i));
    }
}
