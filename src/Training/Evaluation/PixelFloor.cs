using ContrastiveService.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>Pictures as their own features.</summary>
internal static class PixelFloor
{
    private const int LargestSide = 32, Batch = 512;
    private const long MostNumbers = 1L << 28; // 1 GiB of float32

    /// <summary>The side that pictures are averaged down to, so that so many of them stay within a gigabyte; their own where that is small.</summary>
    public static int Side(ImageStore images, long items) =>
        Math.Clamp((int)Math.Sqrt(MostNumbers / (double)(Math.Max(1, items) * images.Channels)), 1, Math.Min(images.Size, LargestSide));

    /// <summary>(n, C · side²) float32 in [0, 1] on the device.</summary>
    public static Tensor Of(ImageStore images, long[] items, int side, Device device, CancellationToken stop)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var pixels = empty([items.Length, images.Channels * (long)side * side], float32, device);
        for (var start = 0; start < items.Length; start += Batch)
        {
            stop.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            var count = Math.Min(Batch, items.Length - start);
            var batch = images.Gather(items.AsSpan(start, count)).to(device).to(float32).div_(255); // (n, C, S, S)
            pixels.narrow(0, start, count).copy_(nn.functional.adaptive_avg_pool2d(batch, [side, side]).flatten(1));
        }

        return pixels.MoveToOuterDisposeScope();
    }

    /// <summary>kNN accuracy of raw pixels and of centred ones: what a run has to beat from its first step on.</summary>
    /// <param name="images">The data.</param>
    /// <param name="bank">Labelled items to find neighbours among.</param>
    /// <param name="queries">Labelled items to classify.</param>
    /// <param name="k">Neighbours.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="stop">Gives up between two batches.</param>
    public static (double Raw, double Centered) Knn(ImageStore images, long[] bank, long[] queries, int k, Device device, CancellationToken stop)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var side = Side(images, bank.Length + queries.Length);
        var (known, asked) = (Of(images, bank, side, device, stop), Of(images, queries, side, device, stop));
        var (labels, truths) = (Labels(images, bank, device), Labels(images, queries, device));
        var raw = Evaluation.Knn.Top1(known, labels, asked, truths, k);
        var mean = known.mean([0]);
        return (raw, Evaluation.Knn.Top1(known.sub_(mean), labels, asked.sub_(mean), truths, k));
    }

    private static Tensor Labels(ImageStore images, long[] items, Device device) => tensor(Array.ConvertAll(items, i => images.Labels[(int)i]), device: device);
}
