using SkiaSharp;

namespace ContrastiveService.Local.Sample;

/// <summary>A grey picture.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Pixels">Row by row, 0 is black.</param>
/// <param name="Label">Its class.</param>
internal sealed record Picture(int Width, int Height, byte[] Pixels, int Label)
{
    /// <summary>As PNG in a data URI: what the service takes and what a page shows.</summary>
    public string DataUri => "data:image/png;base64," + Convert.ToBase64String(Png());

    /// <summary>A copy for drawing with, to be disposed.</summary>
    public unsafe SKBitmap ToBitmap()
    {
        var bitmap = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Gray8, SKAlphaType.Opaque));
        for (var y = 0; y < Height; y++)
            Pixels.AsSpan(y * Width, Width).CopyTo(new Span<byte>((byte*)bitmap.GetPixels() + y * bitmap.RowBytes, Width));
        return bitmap;
    }

    private byte[] Png()
    {
        using var bitmap = ToBitmap();
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }
}
