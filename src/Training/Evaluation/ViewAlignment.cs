using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>How close two random views of a picture lie; the same views whenever it is asked.</summary>
internal static class ViewAlignment
{
    private const int Items = 512;

    /// <summary>Alignment over the first few items. Leaves the encoder in evaluation mode.</summary>
    /// <param name="encoder">The network.</param>
    /// <param name="views">How views are made.</param>
    /// <param name="images">The data.</param>
    /// <param name="items">Positions in it.</param>
    /// <param name="seed">Which views.</param>
    /// <param name="device">Where to compute.</param>
    public static double Measure(Backbone encoder, ViewMaker views, ImageStore images, long[] items, long seed, Device device)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        encoder.eval();
        var pixels = images.Gather(items.AsSpan(0, Math.Min(Items, items.Length))).to(device);
        var features = new Tensor[2];
        for (var v = 0; v < 2; v++)
        {
            using var random = new Generator((ulong)new SeededRandom(seed, "alignment", v).NextSeed());
            features[v] = encoder.forward(views.Make(pixels, random));
        }

        return AlignmentUniformity.Alignment(features[0], features[1]).ToDouble();
    }
}
