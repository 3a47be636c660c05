using SkiaSharp;

namespace ContrastiveService.Training.Tests.Data;

/// <summary>Pictures made for a test.</summary>
internal static class Pictures
{
    public static SKBitmap Colour(int width, int height, Func<int, int, SKColor> pixel)
    {
        var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                bitmap.SetPixel(x, y, pixel(x, y));
        }

        return bitmap;
    }

    public static SKBitmap Grey(int width, int height, Func<int, int, byte> pixel)
    {
        var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                System.Runtime.InteropServices.Marshal.WriteByte(bitmap.GetPixels(), (y * bitmap.RowBytes) + x, pixel(x, y));
        }

        return bitmap;
    }

    public static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format = SKEncodedImageFormat.Png, int quality = 100)
    {
        using (bitmap)
        using (var data = bitmap.Encode(format, quality))
            return data.ToArray();
    }
}
