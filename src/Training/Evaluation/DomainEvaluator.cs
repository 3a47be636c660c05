using ContrastiveService.Training.Data;
using ContrastiveService.Training.Inference;
using ContrastiveService.Training.Methods.Adaptation;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>
/// How well a run with two domains does on either, and how far apart its encoder sees them. The target's labels are read here and nowhere else, to report.
/// </summary>
internal sealed class DomainEvaluator(TrainingPlan plan, ImageStore images, TrainingRun run)
{
    private readonly long[] source = KnnItems.Sample(run.Splits.Validation.Length > 0 ? run.Splits.Validation : run.Splits.Train, "source queries", plan.Evaluation.QueryItems, plan.Seed);
    private readonly long[] target = KnnItems.Sample(run.Splits.Target!.Reported.Items, "target queries", plan.Evaluation.QueryItems, plan.Seed);

    /// <summary>Accuracy in [0, 1] of the classifier on some of the held-out items of both domains. Leaves the encoder in evaluation mode.</summary>
    public IReadOnlyDictionary<string, double> Evaluate(CancellationToken stop)
    {
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        Accuracies(values, source, target, stop);
        return values;
    }

    /// <summary>The same over all items that are reported on, and the distance of the domains: domain classifier's accuracy, proxy A-distance and MMD.</summary>
    public IReadOnlyDictionary<string, double> Conclude(CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        Accuracies(values, run.Splits.Reported.Items, run.Splits.Target!.Reported.Items, stop);
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

    private Tensor Features(long[] items, CancellationToken stop) => FeatureExtractor.Encode(run.Encoder, run.Preprocessing, images, items, run.Device, stop);
}
