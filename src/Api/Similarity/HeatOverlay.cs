using ContrastiveService.Api.Pictures;
using ContrastiveService.Training.Explanation;
using SkiaSharp;

namespace ContrastiveService.Api.Similarity;

/// <summary>A map over its picture, as a PNG.</summary>
static class HeatOverlay
{
    private const int EasyToSee = 224;
    private const float Strongest = 0.7f;

    /// <param name="chw">The picture: channels × size × size bytes.</param>
    /// <param name="size">Its side, in pixels. Small ones are magnified by a whole number.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="map">What is laid over it.</param>
    /// <param name="largest">The magnitude that gets the strongest colour.</param>
    public static byte[] Draw(byte[] chw, int size, int channels, HeatMap map, float largest)
    {
        var side = size * Math.Max(1, EasyToSee / size);
        using var drawn = new SKBitmap(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(drawn))
        {
            using var picture = DecodedBitmap.Of(chw, size, channels);
            using var below = SKImage.FromBitmap(picture);
            canvas.DrawImage(below, SKRect.Create(side, side), new SKSamplingOptions(SKFilterMode.Nearest));
            using var colours = Colours(map, largest);
            using var above = SKImage.FromBitmap(colours);
            canvas.DrawImage(above, SKRect.Create(side, side), new SKSamplingOptions(SKFilterMode.Linear));
        }

        using var png = drawn.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private static SKBitmap Colours(HeatMap map, float largest)
    {
        var bitmap = new SKBitmap(new SKImageInfo(map.Columns, map.Rows, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (var i = 0; i < map.Values.Length; i++)
        {
            var strength = largest > 0 ? map.Values[i] / largest : 0;
            var colour = strength >= 0 ? new SKColor(230, 30, 20) : new SKColor(20, 60, 230);
            bitmap.SetPixel(i % map.Columns, i / map.Columns, colour.WithAlpha((byte)Math.Round(255 * Strongest * Math.Abs(strength))));
        }

        return bitmap;
    }
}
