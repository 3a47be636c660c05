using SkiaSharp;

namespace ContrastiveService.Api.Pictures;

/// <summary>A picture as the decoder writes it, for drawing.</summary>
static class DecodedBitmap
{
    /// <param name="chw">Channels × size × size bytes.</param>
    /// <param name="size">Its side, in pixels.</param>
    /// <param name="channels">1 or 3.</param>
    public static SKBitmap Of(byte[] chw, int size, int channels)
    {
        var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var pixels = bitmap.GetPixelSpan();
        var plane = size * size;
        for (var i = 0; i < plane; i++)
        {
            for (var c = 0; c < 3; c++)
                pixels[4 * i + c] = chw[Math.Min(c, channels - 1) * plane + i];
            pixels[4 * i + 3] = byte.MaxValue;
        }

        return bitmap;
    }
}
