using ContrastiveService.Training.Backbones;
using ContrastiveService.Training.Data;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Views;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>The items that encoders and floors are judged on, all on the same ones.</summary>
internal sealed class JudgedItems
{
    private readonly ImageStore images;
    private readonly long[] bank;
    private readonly long[] queries;
    private readonly Device device;
    private readonly CancellationToken stop;

    /// <param name="images">The data.</param>
    /// <param name="bank">Items to learn from; those without a label are left out.</param>
    /// <param name="queries">Items to ask about.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="stop">Gives up between two batches and between two measures.</param>
    public JudgedItems(ImageStore images, long[] bank, long[] queries, Device device, CancellationToken stop)
    {
        this.images = images;
        this.bank = [.. bank.Where(i => images.Labels[(int)i] >= 0)];
        this.queries = queries;
        this.device = device;
        this.stop = stop;
    }

    /// <summary>Their features. The encoder is left in evaluation mode.</summary>
    public (LabeledFeatures? Bank, LabeledFeatures Queries) Encode(Backbone encoder, Preprocessing preprocessing)
    {
        var known = bank.Length == 0 ? null : Labeled(bank, FeatureExtractor.Encode(encoder, preprocessing, images, bank, device, stop));
        return (known, Labeled(queries, FeatureExtractor.Encode(encoder, preprocessing, images, queries, device, stop)));
    }

    /// <summary>What is to be beaten; null where fewer than two classes are labelled.</summary>
    /// <param name="untrained">The network before its first step.</param>
    /// <param name="preprocessing">The transform that it takes.</param>
    /// <param name="options">What to look at.</param>
    public Floors? Floors(Backbone untrained, Preprocessing preprocessing, JudgeOptions options)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var side = PixelFloor.Side(images, bank.Length + queries.Length);
        var known = bank.Length == 0 ? null : Labeled(bank, PixelFloor.Of(images, bank, side, device, stop));
        var asked = Labeled(queries, PixelFloor.Of(images, queries, side, device, stop));
        if (Judge.Score(known, asked, options, stop) is not { } raw)
            return null;
        using var mean = (known ?? asked).Features.mean([0]);
        known?.Features.sub_(mean);
        asked.Features.sub_(mean);
        var centered = Judge.Score(known, asked, options, stop)!;
        known?.Features.Dispose();
        asked.Features.Dispose();
        var (bankFeatures, queryFeatures) = Encode(untrained, preprocessing);
        return new(raw, centered, Judge.Score(bankFeatures, queryFeatures, options, stop), side);
    }

    private LabeledFeatures Labeled(long[] items, Tensor features) => new(features, Array.ConvertAll(items, i => images.Labels[(int)i]));
}
