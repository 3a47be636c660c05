using System.Globalization;
using ContrastiveService.Training.Data;
using SkiaSharp;

namespace ContrastiveService.Bench.Training;

/// <summary>Grey pictures of noise, ten classes in turn: what a step costs does not depend on what it sees.</summary>
internal static class NoisePictures
{
    public static byte[] Pixels(int number, int size)
    {
        var pixels = new byte[size * size];
        new Random(number).NextBytes(pixels);
        return pixels;
    }

    public static string Label(int number) => (number % 10).ToString(CultureInfo.InvariantCulture);

    public static byte[] Png(int number, int size)
    {
        using var image = SKImage.FromPixelCopy(new SKImageInfo(size, size, SKColorType.Gray8, SKAlphaType.Opaque), Pixels(number, size));
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    public static ImageStore Store(string path, int count, int size)
    {
        using (var builder = new ImageStoreBuilder(path, size, 1))
        {
            for (var i = 0; i < count; i++)
                builder.AddDecoded(new ImageRecord($"{i:D6}", Label(i), null, null), Pixels(i, size));
            builder.Finish();
        }

        return ImageStore.Open(path);
    }
}
