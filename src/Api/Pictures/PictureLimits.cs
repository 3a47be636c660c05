using ContrastiveService.Training.Data;

namespace ContrastiveService.Api.Pictures;

/// <summary>What a picture may cost before a pixel of it is decoded.</summary>
static class PictureLimits
{
    /// <exception cref="ImageFormatException">It is no picture, or larger than the configuration allows.</exception>
    public static ImageInfo Identify(byte[] bytes, ApiOptions limits) => ImageDecoder.Identify(Light(bytes, limits), limits.MaxItemPixels);

    /// <summary>Decodes into planes, as <see cref="ImageDecoder.Decode(ReadOnlySpan{byte}, int, int, Span{byte}, long)"/> does.</summary>
    /// <exception cref="ImageFormatException">It is no picture, damaged, or larger than the configuration allows.</exception>
    public static void Decode(byte[] bytes, int size, int channels, byte[] chw, ApiOptions limits) =>
        ImageDecoder.Decode(Light(bytes, limits), size, channels, chw, limits.MaxItemPixels);

    private static byte[] Light(byte[] bytes, ApiOptions limits) => bytes.Length <= limits.MaxItemBytes
        ? bytes
        : throw new ImageFormatException($"It has {bytes.Length} bytes; at most {limits.MaxItemBytes} are taken.");
}
