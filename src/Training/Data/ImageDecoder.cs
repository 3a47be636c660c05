using SkiaSharp;

namespace ContrastiveService.Training.Data;

/// <summary>
/// The one way from encoded bytes to pixels, shared by training and serving: PNG, JPEG, WebP, GIF (first frame) and BMP, grey, colour, palette, CMYK or
/// 16 bits a channel; EXIF orientation applied, colour profiles ignored, transparency over white, shorter side brought to the wanted size, centre cut out.
/// </summary>
/// <remarks>
/// A JPEG much larger than wanted is decoded at a half, a quarter or an eighth, which spares the cosine transforms and everything after them. Only at these:
/// what comes out is then a level of the pyramid of halves that the resampler would have made of the whole picture, and so the pixels are nearly the same.
/// </remarks>
public static class ImageDecoder
{
    /// <summary>Larger pictures are refused before a pixel is decoded.</summary>
    public const long MaxPixels = 100_000_000;

    private static readonly float[] Halvings = [1 / 8f, 1 / 4f, 1 / 2f];

    private static readonly SKSamplingOptions Smooth = new(SKFilterMode.Linear, SKMipmapMode.Linear);

    /// <summary>Reads the header.</summary>
    /// <param name="encoded">The file's bytes.</param>
    /// <param name="mostPixels">More are refused.</param>
    /// <exception cref="ImageFormatException">Not a picture, of a kind that is not read, or too large.</exception>
    public static ImageInfo Identify(ReadOnlySpan<byte> encoded, long mostPixels = MaxPixels)
    {
        using var data = SKData.CreateCopy(encoded);
        using var codec = Open(data, mostPixels);
        var (width, height) = Turned(codec);
        return new(MediaType(codec), width, height, codec.Info.ColorType == SKColorType.Gray8 ? 1 : 3) { HasColorProfile = HasColorProfile(codec) };
    }

    /// <summary>Decodes into planes.</summary>
    /// <param name="encoded">The file's bytes.</param>
    /// <param name="size">Side of the wanted square, in pixels.</param>
    /// <param name="channels">1 (ITU-R BT.601 luma) or 3 (RGB).</param>
    /// <param name="chw">Receives channels × size × size bytes, plane by plane, row by row.</param>
    /// <param name="mostPixels">More are refused before one is decoded.</param>
    /// <returns>Whether the file has a colour profile, which was ignored: see <see cref="ImageInfo.HasColorProfile"/>.</returns>
    /// <exception cref="ImageFormatException">Not a picture, of a kind that is not read, too large, or damaged.</exception>
    public static bool Decode(ReadOnlySpan<byte> encoded, int size, int channels, Span<byte> chw, long mostPixels = MaxPixels) =>
        Decode(encoded, size, channels, chw, reduce: true, mostPixels);

    /// <param name="reduce">Whether a JPEG may be decoded at a smaller scale; what that changes is measured against what comes out without it.</param>
    internal static bool Decode(ReadOnlySpan<byte> encoded, int size, int channels, Span<byte> chw, bool reduce, long mostPixels = MaxPixels)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(chw.Length, channels * size * size);
        using var data = SKData.CreateCopy(encoded);
        using var codec = Open(data, mostPixels);
        var grey = codec.Info.ColorType == SKColorType.Gray8;
        using var decoded = Pixels(codec, grey, reduce ? Reduced(codec, size) : codec.Info.Size);
        if (grey && decoded.Width == size && decoded.Height == size && codec.EncodedOrigin == SKEncodedOrigin.TopLeft)
            Replicate(decoded, channels, chw);
        else
            Fit(decoded, codec, size, channels, chw);
        return HasColorProfile(codec);
    }

    private static SKCodec Open(SKData data, long mostPixels)
    {
        if (data.Size == 0)
            throw new ImageFormatException("It is empty (0 bytes).");
        var codec = SKCodec.Create(new SKMemoryStream(data), out var result)
            ?? throw new ImageFormatException(result == SKCodecResult.IncompleteInput
                ? "It ends before a header is complete: it was cut off, or it is not a picture of a kind that is read (PNG, JPEG, WebP, GIF, BMP)."
                : "It is not a picture of a kind that is read (PNG, JPEG, WebP, GIF, BMP).");
        try
        {
            MediaType(codec);
            var (width, height) = Turned(codec);
            return (long)width * height <= Math.Min(mostPixels, MaxPixels)
                ? codec
                : throw new ImageFormatException(mostPixels < MaxPixels
                    ? $"It is {width} × {height}; at most {mostPixels} pixels are taken."
                    : $"It is {width} × {height} pixels; at most {MaxPixels / 1_000_000} million are read. Make it smaller.");
        }
        catch
        {
            codec.Dispose();
            throw;
        }
    }

    /// <summary>The smallest of a JPEG's halvings whose shorter side is not below the wanted one; the whole picture for other kinds.</summary>
    private static SKSizeI Reduced(SKCodec codec, int size)
    {
        foreach (var scale in codec.EncodedFormat == SKEncodedImageFormat.Jpeg ? Halvings : [])
        {
            var reduced = codec.GetScaledDimensions(scale);
            if (Math.Min(reduced.Width, reduced.Height) >= size)
                return reduced;
        }

        return codec.Info.Size;
    }

    private static SKBitmap Pixels(SKCodec codec, bool grey, SKSizeI scaled)
    {
        // No colour space is asked for, so that numbers stay as they are in the file.
        var info = new SKImageInfo(scaled.Width, scaled.Height, grey ? SKColorType.Gray8 : SKColorType.Rgba8888, grey ? SKAlphaType.Opaque : SKAlphaType.Premul);
        var bitmap = new SKBitmap(info);
        var result = codec.GetPixels(info, bitmap.GetPixels());
        if (result == SKCodecResult.Success)
            return bitmap;
        bitmap.Dispose();
        throw new ImageFormatException(result == SKCodecResult.IncompleteInput
            ? "Its pixels end too early; the file was cut off."
            : $"Its pixels cannot be decoded ({result}); the file is damaged.");
    }

    private static void Replicate(SKBitmap grey, int channels, Span<byte> chw)
    {
        var (size, stride) = (grey.Width, grey.RowBytes);
        var pixels = grey.GetPixelSpan();
        for (var y = 0; y < size; y++)
            pixels.Slice(y * stride, size).CopyTo(chw[(y * size)..]);
        for (var c = 1; c < channels; c++)
            chw[..(size * size)].CopyTo(chw[(c * size * size)..]);
    }

    private static void Fit(SKBitmap source, SKCodec codec, int size, int channels, Span<byte> chw)
    {
        using var square = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Premul));
        using (var canvas = new SKCanvas(square))
        using (var image = SKImage.FromBitmap(source))
        {
            canvas.Clear(SKColors.White);
            var (width, height) = IsTurned(codec) ? (source.Height, source.Width) : (source.Width, source.Height);
            var scale = (float)size / Math.Min(width, height);
            canvas.Translate((size - width * scale) / 2, (size - height * scale) / 2);
            canvas.Scale(scale);
            var orientation = Orientation(codec.EncodedOrigin, source.Width, source.Height);
            canvas.Concat(in orientation);
            canvas.DrawImage(image, 0, 0, Smooth);
        }

        var pixels = square.GetPixelSpan();
        var plane = size * size;
        if (channels == 1)
        {
            for (var i = 0; i < plane; i++)
                chw[i] = (byte)((19595 * pixels[4 * i] + 38470 * pixels[4 * i + 1] + 7471 * pixels[4 * i + 2] + 32768) >> 16);
            return;
        }

        for (var i = 0; i < plane; i++)
        {
            chw[i] = pixels[4 * i];
            chw[plane + i] = pixels[4 * i + 1];
            chw[2 * plane + i] = pixels[4 * i + 2];
        }
    }

    private static (int Width, int Height) Turned(SKCodec codec) =>
        IsTurned(codec) ? (codec.Info.Height, codec.Info.Width) : (codec.Info.Width, codec.Info.Height);

    private static bool IsTurned(SKCodec codec) =>
        codec.EncodedOrigin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;

    // Without a profile the codec says sRGB.
    private static bool HasColorProfile(SKCodec codec)
    {
        using var space = codec.Info.ColorSpace;
        return space is { IsSrgb: false };
    }

    /// <summary>The eight EXIF orientations as maps from stored to shown pixels; w and h are the stored size.</summary>
    private static SKMatrix Orientation(SKEncodedOrigin origin, int w, int h) => origin switch
    {
        SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, w, 0, 1, 0, 0, 0, 1),
        SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, w, 0, -1, h, 0, 0, 1),
        SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, h, 0, 0, 1),
        SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightTop => new SKMatrix(0, -1, h, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, h, -1, 0, w, 0, 0, 1),
        SKEncodedOrigin.LeftBottom => new SKMatrix(0, 1, 0, -1, 0, w, 0, 0, 1),
        _ => SKMatrix.Identity,
    };

    private static string MediaType(SKCodec codec) => codec.EncodedFormat switch
    {
        SKEncodedImageFormat.Png => "image/png",
        SKEncodedImageFormat.Jpeg => "image/jpeg",
        SKEncodedImageFormat.Webp => "image/webp",
        SKEncodedImageFormat.Gif => "image/gif",
        SKEncodedImageFormat.Bmp => "image/bmp",
        var other => throw new ImageFormatException($"It is of the kind {other}; what is read is PNG, JPEG, WebP, GIF and BMP."),
    };
}
