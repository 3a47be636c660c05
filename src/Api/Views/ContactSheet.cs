using ContrastiveService.Api.Pictures;
using SkiaSharp;

namespace ContrastiveService.Api.Views;

/// <summary>Pictures side by side as one PNG.</summary>
static class ContactSheet
{
    private const int Gap = 2, EasyToSee = 96;

    /// <param name="columns">Pictures by column and row; each channels × size × size bytes, all columns of one length.</param>
    /// <param name="size">Side of a picture, in pixels. Small ones are magnified by a whole number, so that one sees their pixels and not a blur.</param>
    /// <param name="channels">1 or 3.</param>
    public static byte[] Draw(IReadOnlyList<byte[][]> columns, int size, int channels)
    {
        var side = size * Math.Max(1, EasyToSee / size);
        var (width, height) = (columns.Count * (side + Gap) + Gap, columns[0].Length * (side + Gap) + Gap);
        using var sheet = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(sheet))
        {
            canvas.Clear(SKColors.White);
            for (var column = 0; column < columns.Count; column++)
            {
                for (var row = 0; row < columns[column].Length; row++)
                {
                    using var picture = DecodedBitmap.Of(columns[column][row], size, channels);
                    using var image = SKImage.FromBitmap(picture);
                    var (left, top) = (Gap + column * (side + Gap), Gap + row * (side + Gap));
                    canvas.DrawImage(image, SKRect.Create(left, top, side, side), new SKSamplingOptions(SKFilterMode.Nearest));
                }
            }
        }

        using var png = sheet.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }
}
