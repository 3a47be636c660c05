using ContrastiveService.Training.Data;

namespace ContrastiveService.Api.Pictures;

/// <summary>What a picture may cost before a pixel of it is decoded.</summary>
static class PictureLimits
{
    /// <exception cref="ImageFormatException">It is no picture, or larger than the configuration allows.</exception>
    public static ImageInfo Identify(byte[] bytes, ApiOptions limits)
    {
        if (bytes.Length > limits.MaxItemBytes)
            throw new ImageFormatException($"It has {bytes.Length} bytes; at most {limits.MaxItemBytes} are taken.");
        var info = ImageDecoder.Identify(bytes);
        return (long)info.Width * info.Height <= limits.MaxItemPixels
            ? info
            : throw new ImageFormatException($"It is {info.Width} × {info.Height}; at most {limits.MaxItemPixels} pixels are taken.");
    }
}
