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

    /// <summary>A JPEG with what photographs have: soft shades, edges at all scales, fine grain.</summary>
    public static byte[] Photograph(int width, int height, int seed)
    {
        var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        using (var paint = new SKPaint { IsAntialias = true })
        {
            var random = new Random(seed);
            using (var clouds = paint.Shader = SKShader.CreatePerlinNoiseFractalNoise(8f / width, 8f / height, 6, seed))
                canvas.DrawRect(0, 0, width, height, paint);
            paint.Shader = null;
            for (var i = 0; i < 200; i++)
            {
                paint.Color = new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(60, 256));
                var radius = (float)(Math.Pow(random.NextDouble(), 3) * width / 3);
                canvas.DrawOval(random.Next(width), random.Next(height), radius, radius * (0.3f + random.NextSingle()), paint);
            }
        }

        var grain = new Random(seed);
        foreach (ref var value in bitmap.GetPixelSpan())
            value = (byte)Math.Clamp(value + grain.Next(-6, 7), 0, 255);
        return Encode(bitmap, SKEncodedImageFormat.Jpeg, 90);
    }

    public static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format = SKEncodedImageFormat.Png, int quality = 100)
    {
        using (bitmap)
        using (var data = bitmap.Encode(format, quality))
            return data.ToArray();
    }
}
