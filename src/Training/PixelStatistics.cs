using ContrastiveService.Training.Data;
using ContrastiveService.Training.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training;

/// <summary>The mean and standard deviation that pictures are normalised with.</summary>
internal static class PixelStatistics
{
    private const int AtMost = 4096;

    /// <summary>Measures each channel over the training pictures, or over a sample of them chosen by the seed. Values are in [0, 1]; a flat channel gets a deviation of 1.</summary>
    public static Preprocessing Measure(ImageStore images, long[] train, long seed)
    {
        var chosen = (long[])train.Clone();
        new SeededRandom(seed, "pixel statistics").Shuffle<long>(chosen);
        chosen = chosen[..Math.Min(AtMost, chosen.Length)];
        using var scope = NewDisposeScope();
        var (sum, squares, count) = (zeros(images.Channels, float64), zeros(images.Channels, float64), 0L);
        foreach (var chunk in chosen.Chunk(256))
        {
            using var inner = NewDisposeScope();
            var pixels = images.Gather(chunk).to(float64).div_(255); // (n, C, S, S)
            sum.add_(pixels.sum([0L, 2, 3]));
            squares.add_(pixels.square().sum([0L, 2, 3]));
            count += (long)chunk.Length * images.Size * images.Size;
        }

        var mean = sum.data<double>().ToArray().Select(s => s / count).ToArray();
        var std = squares.data<double>().ToArray().Select((s, c) => Math.Sqrt(Math.Max(0, s / count - mean[c] * mean[c]))).ToArray();
        return new Preprocessing(images.Size, images.Channels, mean, [.. std.Select(s => s < 1e-4 ? 1 : s)]);
    }
}
