using SkiaSharp;

namespace ContrastiveService.Local.Sample;

/// <summary>Another picture of the same thing, as another camera would have taken it: a little closer, shifted, turned, lighter or darker.</summary>
internal static class SecondView
{
    private const float Closest = 1.15f, Shift = 0.06f, Turn = 8f, Brightness = 0.2f;

    public static Picture Of(Picture picture, Random random)
    {
        using var source = picture.ToBitmap();
        using var image = SKImage.FromBitmap(source);
        using var target = new SKBitmap(source.Info);
        using var canvas = new SKCanvas(target);
        using var paint = new SKPaint();
        var (width, height) = (picture.Width, picture.Height);
        var scale = Between(random, 1f, Closest);
        var light = Between(random, 1 - Brightness, 1 + Brightness);
        using var filter = SKColorFilter.CreateColorMatrix([light, 0, 0, 0, 0, 0, light, 0, 0, 0, 0, 0, light, 0, 0, 0, 0, 0, 1, 0]);
        paint.ColorFilter = filter;

        canvas.Clear(SKColors.Black);
        canvas.Translate(width * (0.5f + Between(random, -Shift, Shift)), height * (0.5f + Between(random, -Shift, Shift)));
        canvas.RotateDegrees(Between(random, -Turn, Turn));
        canvas.Scale(scale);
        canvas.DrawImage(image, -width / 2f, -height / 2f, new SKSamplingOptions(SKCubicResampler.Mitchell), paint);
        canvas.Flush();
        return picture with { Pixels = Read(target) };
    }

    private static byte[] Read(SKBitmap bitmap)
    {
        var pixels = new byte[bitmap.Width * bitmap.Height];
        var rows = bitmap.GetPixelSpan();
        for (var y = 0; y < bitmap.Height; y++)
            rows.Slice(y * bitmap.RowBytes, bitmap.Width).CopyTo(pixels.AsSpan(y * bitmap.Width));
        return pixels;
    }

    private static float Between(Random random, float low, float high) => low + (high - low) * random.NextSingle();
}
