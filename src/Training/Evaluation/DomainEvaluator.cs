using ContrastiveService.Training.Data;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Losses;
using ContrastiveService.Training.Methods.Adaptation;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>
/// How well a run with two domains does on either, and how far apart its encoder sees them. The target's labels are read here and nowhere else, to report.
/// </summary>
internal sealed class DomainEvaluator(TrainingPlan plan, ImageStore images, TrainingRun run)
{
    private const int MostItems = 50_000, MostCompared = 2_000;

    private readonly long[] source = KnnItems.Sample(run.Splits.Validation.Length > 0 ? run.Splits.Validation : run.Splits.Train, "source queries", plan.Evaluation.QueryItems, plan.Seed);
    private readonly long[] target = KnnItems.Sample(run.Splits.Target!.Reported.Items, "target queries", plan.Evaluation.QueryItems, plan.Seed);

    /// <summary>Accuracy in [0, 1] of the classifier on some of the held-out items of both domains. Leaves the encoder in evaluation mode.</summary>
    public IReadOnlyDictionary<string, double> Evaluate(CancellationToken stop)
    {
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        Accuracies(values, source, target, stop);
        return values;
    }

    /// <summary>The same over the items that are reported on, at most 50,000 of each domain, and the <see cref="Distances"/>.</summary>
    public IReadOnlyDictionary<string, double> Conclude(CancellationToken stop)
    {
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        Accuracies(values, Reported(run.Splits, "concluded source", MostItems), Reported(run.Splits.Target!, "concluded target", MostItems), stop);
        foreach (var (name, value) in Distances(stop))
            values[name] = value;
        return values;
    }

    /// <summary>
    /// How far apart the encoder's features of the two domains are: the accuracy of a domain classifier, the proxy A-distance and the maximum mean discrepancy, on at most
    /// 2,000 items of each that are reported on. Empty where a domain has fewer than two. Leaves the encoder in evaluation mode.
    /// </summary>
    public IReadOnlyDictionary<string, double> Distances(CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var (fs, ft) = (Features(Reported(run.Splits, "compared source", MostCompared), stop), Features(Reported(run.Splits.Target!, "compared target", MostCompared), stop));
        if (fs.size(0) < 2 || ft.size(0) < 2 || !FeatureInputs.AreFinite(fs) || !FeatureInputs.AreFinite(ft))
            return values;
        (values["proxyADistance"], values["domainAccuracy"]) = ProxyADistance.Of(fs, ft, plan.Seed);
        stop.ThrowIfCancellationRequested();
        // Never below 0 but for rounding, where the domains are one.
        values["mmd"] = Math.Max(0, Losses.Mmd.Loss(fs, ft, MmdEstimator.Biased).ToDouble());
        return values;
    }

    private void Accuracies(SortedDictionary<string, double> values, long[] sourceItems, long[] targetItems, CancellationToken stop)
    {
        if (run.Method is not IClassifier { Classifies: true } classifier)
            return;
        foreach (var (name, items) in new[] { ("sourceAccuracy", sourceItems), ("targetAccuracy", targetItems) })
        {
            using var scope = NewDisposeScope();
            using var grad = no_grad();
            var known = items.Where(i => images.Labels[(int)i] >= 0).ToArray();
            if (known.Length == 0)
                continue;
            var predicted = classifier.Logits(Features(known, stop)).argmax(1);
            values[name] = predicted.eq(tensor(Array.ConvertAll(known, i => images.Labels[(int)i]), device: run.Device)).to(float64).mean().ToDouble();
        }
    }

    private long[] Reported(Splits splits, string purpose, int atMost) => KnnItems.Sample(splits.Reported.Items, purpose, atMost, plan.Seed);

    private Tensor Features(long[] items, CancellationToken stop) => FeatureExtractor.Encode(run.Encoder, run.Preprocessing, images, items, run.Device, stop);
}
