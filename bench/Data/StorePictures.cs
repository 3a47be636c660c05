using SkiaSharp;

namespace ContrastiveService.Bench.Data;

/// <summary>JPEGs with what photographs have: soft shades, edges at all scales, grain.</summary>
internal static class StorePictures
{
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="seed">Which one.</param>
    /// <param name="grain">Largest change of a value by noise; it decides how many bytes the file has, and so what reading it costs at any scale.</param>
    public static byte[] Make(int width, int height, int seed, int grain)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
            Draw(canvas, width, height, seed);
        if (grain > 0)
        {
            var random = new Random(seed);
            foreach (ref var value in bitmap.GetPixelSpan())
                value = (byte)Math.Clamp(value + random.Next(-grain, grain + 1), 0, 255);
        }

        using var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 85);
        return jpeg.ToArray();
    }

    private static void Draw(SKCanvas canvas, int width, int height, int seed)
    {
        using var paint = new SKPaint { IsAntialias = true };
        using (paint.Shader = SKShader.CreatePerlinNoiseFractalNoise(16f / width, 16f / height, 6, seed))
            canvas.DrawRect(0, 0, width, height, paint);
        paint.Shader = null;
        var random = new Random(seed);
        for (var i = 0; i < 300; i++)
        {
            paint.Color = new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(60, 256));
            var radius = (float)(Math.Pow(random.NextDouble(), 3) * width / 3);
            canvas.DrawOval(random.Next(width), random.Next(height), radius, radius * (0.3f + random.NextSingle()), paint);
        }
    }
}
