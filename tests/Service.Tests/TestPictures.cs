using SkiaSharp;

namespace ContrastiveService.Service.Tests;

/// <summary>Pictures to send.</summary>
static class TestPictures
{
    /// <summary>A grey PNG with a bright bar, lying for even kinds and standing for odd ones, at a place that the number decides.</summary>
    public static byte[] Bar(int number, int kind, int size = 28)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Gray8, SKAlphaType.Opaque));
        var at = 2 + number * 7 % (size - 8);
        for (var y = 0; y < size; y++)
            for (var x = 0; x < size; x++)
                bitmap.SetPixel(
                    x, y, new SKColor(
                        (byte)((kind % 2 == 0 ? y : x) is var place && place >= at && place < at + 4 ? 230 : (number * 31 + x * 3 + y) % 60), 0, 0));
        return Encode(bitmap, SKEncodedImageFormat.Png);
    }

    /// <summary>A colour picture of one colour.</summary>
    public static byte[] Plain(int width, int height, SKEncodedImageFormat format = SKEncodedImageFormat.Png, uint color = 0xff3366cc)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(color));
        return Encode(bitmap, format);
    }

    /// <summary>A square grey PNG that cannot be made smaller.</summary>
    public static byte[] Noise(int size)
    {
        var pixels = new byte[size * size];
        new Random(size).NextBytes(pixels);
        using var image = SKImage.FromPixelCopy(new SKImageInfo(size, size, SKColorType.Gray8, SKAlphaType.Opaque), pixels);
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    public static string DataUri(byte[] png) => "data:image/png;base64," + Convert.ToBase64String(png);

    private static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format)
    {
        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }
}
