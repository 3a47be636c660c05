using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Calibration;

/// <summary>How similar two random views of a picture are; the same views whenever it is asked.</summary>
internal static class ViewPairs
{
    private const int MostPictures = 5_000, Batch = 64;

    /// <summary>For each of the first few items, at most 5,000. Leaves the encoder in evaluation mode.</summary>
    /// <param name="encoder">The network.</param>
    /// <param name="views">How views are made.</param>
    /// <param name="images">The data.</param>
    /// <param name="items">Positions in it.</param>
    /// <param name="seed">Which views.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="stop">Gives up between two batches.</param>
    public static float[] Cosines(Backbone encoder, ViewMaker views, ImageStore images, long[] items, long seed, Device device, CancellationToken stop)
    {
        using var noGrad = no_grad();
        encoder.eval();
        var cosines = new List<float>(Math.Min(MostPictures, items.Length));
        using var random = new Generator((ulong)new SeededRandom(seed, "calibration views").NextSeed());
        foreach (var some in items.Take(MostPictures).Chunk(Batch))
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var pixels = images.Gather(some).to(device);
            cosines.AddRange(PairCosines.Rows(Unit(pixels), Unit(pixels)));
        }

        return [.. cosines];

        Tensor Unit(Tensor pixels) => UnitRows.Of(encoder.forward(views.Make(pixels, random)));
    }
}
