using System.Globalization;
using SkiaSharp;

namespace ContrastiveService.Api.Datasets.Ingestion;

/// <summary>Pictures (and labels) in IDX files, as MNIST and its kin come; kept as PNG.</summary>
static class IdxUpload
{
    /// <param name="pictures">(N, H, W) grey or (N, H, W, 3) colour, bytes.</param>
    /// <param name="labels">(N) bytes, or null without labels.</param>
    /// <param name="options">Split, key prefix and the names of the classes.</param>
    /// <param name="maxPixels">Largest picture.</param>
    /// <param name="position">Told how many bytes of the pictures' file are done.</param>
    /// <exception cref="UploadException">A file is truncated, or the two do not belong together.</exception>
    public static IEnumerable<UploadEntry> Read(string pictures, string? labels, ImportOptions options, int maxPixels, Action<long> position)
    {
        using var pictureFile = new IdxFile(pictures);
        using var labelFile = labels is null ? null : new IdxFile(labels);
        var (count, height, width, channels) = Shape(pictureFile, maxPixels);
        if (labelFile is not null && labelFile.Dimensions[0] != count)
            throw new UploadException($"There are {count} pictures but {labelFile.Dimensions[0]} labels: the two files do not belong together.");

        var folder = options.Prefix.Length > 0 || options.Split is null ? options.Prefix : options.Split + "/";
        var pixels = new byte[height * width * channels];
        var label = new byte[1];
        for (var i = 0; i < count; i++)
        {
            pictureFile.Read(pixels, i);
            labelFile?.Read(label, i);
            var key = $"{folder}{i:D6}.png";
            var place = new ItemPath(key, labelFile is null ? null : Name(label[0], options.LabelNames), null, options.Split);
            yield return new(key, Png(pixels, width, height, channels), null, place);
            position(pictureFile.Position);
        }

        pictureFile.ExpectEnd();
        labelFile?.ExpectEnd();
    }

    private static (int Count, int Height, int Width, int Channels) Shape(IdxFile file, int maxPixels)
    {
        if (file.Dimensions is not ([_, _, _] or [_, _, _, 1 or 3]))
            throw new UploadException(
                $"The IDX file has the dimensions ({string.Join(" × ", file.Dimensions)}); pictures are (N × height × width) or (N × height × width × 3).");
        var (height, width) = (file.Dimensions[1], file.Dimensions[2]);
        if ((long)height * width is var area && (area == 0 || area > maxPixels))
            throw new UploadException($"The IDX file's pictures are {width}×{height}; 1 to {maxPixels} pixels are taken.");
        return (file.Dimensions[0], height, width, file.Dimensions.Count == 4 ? file.Dimensions[3] : 1);
    }

    private static string Name(int label, IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            return label.ToString(CultureInfo.InvariantCulture);
        return label < names.Count ? names[label] : throw new UploadException($"There is a label {label}, but labelNames has only {names.Count} names.");
    }

    private static byte[] Png(byte[] pixels, int width, int height, int channels)
    {
        var info = new SKImageInfo(width, height, channels == 1 ? SKColorType.Gray8 : SKColorType.Rgb888x, SKAlphaType.Opaque);
        using var image = SKImage.FromPixelCopy(info, channels == 1 ? pixels : WithFourthByte(pixels));
        using var map = image.PeekPixels();
        using var data = map.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.NoFilters, 1))
            ?? throw new InvalidOperationException("The PNG encoder gave nothing.");
        return data.ToArray();
    }

    private static byte[] WithFourthByte(byte[] rgb)
    {
        var rgbx = new byte[rgb.Length / 3 * 4];
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
            (rgbx[to], rgbx[to + 1], rgbx[to + 2], rgbx[to + 3]) = (rgb[from], rgb[from + 1], rgb[from + 2], 255);
        return rgbx;
    }
}
