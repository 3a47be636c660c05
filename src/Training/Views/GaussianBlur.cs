using ContrastiveService.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Views;

/// <summary>Gaussian blur, each picture with a width of its own.</summary>
static class GaussianBlur
{
    /// <summary>How far a kernel of this standard deviation reaches in a picture of this size: three of them, or all that a mirrored edge can give.</summary>
    public static int Radius(double sigma, int size) => Math.Min((int)Math.Ceiling(3 * sigma), size - 1);

    /// <summary>Blurs those pictures of (B, C, S, S) that were drawn, in place. Edges are mirrored about the outermost pixel.</summary>
    /// <param name="images">The pictures.</param>
    /// <param name="draws">One for each.</param>
    /// <param name="radius">Pixels on either side that a kernel takes in.</param>
    public static void ApplyInPlace(Tensor images, IReadOnlyList<ViewDraw> draws, int radius)
    {
        var chosen = Enumerable.Range(0, draws.Count).Where(i => draws[i].BlurSigma > 0).ToList();
        if (chosen.Count == 0) return;

        using var scope = NewDisposeScope();
        var size = (int)images.size(2);
        var taps = Kernels([.. chosen.Select(i => draws[i].BlurSigma)], radius, images.device);
        var index = tensor(chosen.ConvertAll(i => (long)i).ToArray(), device: images.device);

        // A sum of shifted pictures: as fast as a grouped convolution, which would be set up anew for every number of pictures drawn.
        var padded = nn.functional.pad(images.index_select(0, index), (radius, radius, radius, radius), PaddingModes.Reflect);
        var alongRows = padded.narrow(3, 0, size).mul(taps[0]);
        for (var tap = 1; tap < taps.Length; tap++) alongRows.addcmul_(padded.narrow(3, tap, size), taps[tap], Scalars.One);
        var blurred = alongRows.narrow(2, 0, size).mul(taps[0]);
        for (var tap = 1; tap < taps.Length; tap++) blurred.addcmul_(alongRows.narrow(2, tap, size), taps[tap], Scalars.One);
        images.index_copy_(0, index, blurred);
    }

    /// <summary>For every tap one weight a picture, (n, 1, 1, 1).</summary>
    static Tensor[] Kernels(double[] sigmas, int radius, Device device)
    {
        var taps = 2 * radius + 1;
        var weights = new float[taps * sigmas.Length];
        for (var picture = 0; picture < sigmas.Length; picture++)
        {
            double Weight(int tap) => Math.Exp(-0.5 * Math.Pow((tap - radius) / sigmas[picture], 2));
            var sum = Enumerable.Range(0, taps).Sum(Weight);
            for (var tap = 0; tap < taps; tap++) weights[tap * sigmas.Length + picture] = (float)(Weight(tap) / sum);
        }
        return tensor(weights, device: device).view(taps, -1, 1, 1, 1).unbind(0);
    }
}
