using ContrastiveService.Bench.Training;

namespace ContrastiveService.Bench.Serving;

/// <summary>What is asked about.</summary>
internal static class ServedPictures
{
    private const int Count = 256;

    /// <summary>Grey PNGs of noise; the same every time.</summary>
    public static byte[][] Png(int size) => [.. Enumerable.Range(0, Count).Select(i => NoisePictures.Png(i, size))];
}
