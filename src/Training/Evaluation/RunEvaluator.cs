using ContrastiveService.Training.Data;
using ContrastiveService.Training.Inference;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>Judges a run on its validation items: kNN over the training items, and the shape of the features, without touching the run's random numbers.</summary>
internal sealed class RunEvaluator(TrainingPlan plan, ImageStore images, TrainingRun run)
{
    /// <summary>Items at most that are looked at for a collapse.</summary>
    public const int ShapeItems = 512;

    private readonly long[] bank = KnnItems.Bank(plan, run.Splits);
    private readonly long[] queries = KnnItems.Queries(plan, run.Splits);

    /// <summary>Leaves the encoder in evaluation mode.</summary>
    /// <exception cref="OperationCanceledException">Between two batches.</exception>
    public EvaluationResult Evaluate(CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var features = FeatureExtractor.Encode(run.Encoder, run.Preprocessing, images, queries, run.Device, stop); // (q, d)
        var std = values["featureStd"] = Spectrum.NormalizedStd(features);
        var rank = values["effectiveRank"] = Spectrum.EffectiveRank(features, centered: false);
        values["effectiveRankCentered"] = Spectrum.EffectiveRank(features, centered: true);
        values["uniformity"] = AlignmentUniformity.Uniformity(features).ToDouble();
        stop.ThrowIfCancellationRequested();
        values["alignment"] = ViewAlignment.Measure(run.Encoder, run.Batches.Full, images, queries, plan.Seed, run.Device);
        var knn = images.Classes.Count >= 2 && run.Splits.Validation.Length > 0 ? KnnTop1(features, values, stop) : null;
        return new(knn, std, rank, values);
    }

    /// <summary>Standard deviation and effective rank of the features of a few validation items, quickly. Leaves the encoder in evaluation mode.</summary>
    public (double Std, double Rank) Shape(CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var features = FeatureExtractor.Encode(run.Encoder, run.Preprocessing, images, queries[..Math.Min(ShapeItems, queries.Length)], run.Device, stop);
        return (Spectrum.NormalizedStd(features), Spectrum.EffectiveRank(features, centered: false));
    }

    private double? KnnTop1(Tensor features, SortedDictionary<string, double> values, CancellationToken stop)
    {
        var asked = Labeled(queries);
        var known = bank.Where(i => images.Labels[(int)i] >= 0).ToArray();
        if (asked.Length == 0 || known.Length == 0)
            return null;
        var bankFeatures = FeatureExtractor.Encode(run.Encoder, run.Preprocessing, images, known, run.Device, stop); // (n, d)
        var bankLabels = LabelsOf(known);
        var queryFeatures = features.index_select(0, tensor(asked, device: run.Device));
        var queryLabels = LabelsOf([.. asked.Select(a => queries[a])]);
        var ks = plan.Evaluation.Knn;
        foreach (var (k, accuracy) in Knn.Top1(bankFeatures, bankLabels, queryFeatures, queryLabels, ks))
            values[k == ks[0] ? "knnTop1" : $"knnTop1K{k}"] = accuracy;
        if (asked.Length >= 2 && FeatureInputs.AreFinite(queryFeatures))
        {
            var retrieval = Retrieval.Among(queryFeatures, queryLabels);
            values["recallAt1"] = retrieval.RecallAt1;
            values["mapAtR"] = retrieval.MapAtR ?? double.NaN; // not written where no two queries share a class
        }

        if (run.Step == 0)
        {
            (values["knnTop1RawPixels"], values["knnTop1CenteredPixels"]) =
                PixelFloor.Knn(images, known, [.. asked.Select(a => queries[a])], ks[0], run.Device, stop);
        }

        return values["knnTop1"];
    }

    /// <summary>Positions among the items of those with a label.</summary>
    private long[] Labeled(long[] items) => [.. Enumerable.Range(0, items.Length).Where(i => images.Labels[(int)items[i]] >= 0).Select(i => (long)i)];

    private Tensor LabelsOf(long[] items) => tensor(Array.ConvertAll(items, i => images.Labels[(int)i]), device: run.Device);
}
