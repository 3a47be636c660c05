using ContrastiveService.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Views;

/// <summary>Random views to look at, made as the first step of a training run with this seed would make them of a batch of these pictures.</summary>
public static class ViewPreview
{
    /// <summary>Blocks until all are made; tensors live on the calling thread.</summary>
    /// <param name="plan">Which views.</param>
    /// <param name="chw">Pictures as <see cref="ImageDecoder"/> writes them: channels × size × size bytes each.</param>
    /// <param name="device">Where they are made.</param>
    /// <returns>For each view in turn, the pictures' in their order: <c>[view][picture]</c>, of the same layout, before standardisation.</returns>
    public static byte[][][] Make(ViewPreviewPlan plan, IReadOnlyList<byte[]> chw, Device device)
    {
        using var scope = NewDisposeScope();
        var (channels, size) = (plan.Channels, plan.ImageSize);
        var pixels = frombuffer(chw.SelectMany(picture => picture).ToArray(), ScalarType.Byte).view(chw.Count, channels, size, size).to(device);
        // Mean 0 and deviation 1 leave a view in [0, 1].
        var maker = new ViewMaker(plan.Views, new Preprocessing(size, channels, new double[channels], [.. Enumerable.Repeat(1.0, channels)]));
        var views = new byte[plan.PerItem][][];
        for (var view = 0; view < views.Length; view++)
        {
            using var inner = NewDisposeScope();
            using var random = new Generator((ulong)new SeededRandom(plan.Seed, $"view {view}").NextSeed());
            var values = maker.Make(pixels, random).cpu().data<float>().ToArray();
            views[view] = [.. values.Chunk(channels * size * size).Select(one => Array.ConvertAll(one, value => (byte)Math.Round(value * 255)))];
        }

        return views;
    }
}
