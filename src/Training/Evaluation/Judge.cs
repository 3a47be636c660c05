using ContrastiveService.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>Measures everything that is known about features: an encoder's, or, for a floor, pixels.</summary>
public static class Judge
{
    /// <summary>The whole judgement, without floors.</summary>
    /// <param name="bank">What kNN and the linear probe learn from; null where nothing is held out from it, and both are left out.</param>
    /// <param name="queries">What is asked about. None of it is in the bank.</param>
    /// <param name="options">What to look at.</param>
    /// <param name="stop">Gives up between two measures.</param>
    public static Judgement Of(LabeledFeatures? bank, LabeledFeatures queries, JudgeOptions options, CancellationToken stop = default)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var bankItems = bank?.Labels.Count(l => l >= 0) ?? 0;
        if (queries.Labels.Length == 0 || !AreFinite(bank, queries))
        {
            var reason = queries.Labels.Length == 0 ? "There is no item to judge on." : "The features are not finite numbers.";
            return new(bankItems, queries.Labels.Length, null, null, null, reason);
        }

        var some = Sample(queries, options);
        stop.ThrowIfCancellationRequested();
        var shape = new FeatureShape(
            Spectrum.NormalizedStd(some.Features), Spectrum.EffectiveRank(some.Features), Spectrum.EffectiveRank(some.Features, centered: true),
            AlignmentUniformity.Uniformity(some.Features).ToDouble());
        if (Score(bank, queries, options, stop) is not { } scores)
            return new(bankItems, queries.Labels.Length, shape, null, null, "Fewer than two classes are labelled.");
        stop.ThrowIfCancellationRequested();
        var labeled = Labeled(queries);
        return new(bankItems, queries.Labels.Length, shape, scores, Verification.Of(labeled.Features, labeled.Labels, options.Seed, options.Pairs), null);
    }

    /// <summary>What depends on labels; null with fewer than two classes among the queries, or when a feature is not finite.</summary>
    /// <inheritdoc cref="Of" path="/param"/>
    public static LabelScores? Score(LabeledFeatures? bank, LabeledFeatures queries, JudgeOptions options, CancellationToken stop = default)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var asked = Labeled(queries);
        var classes = asked.Labels.Distinct().Count();
        if (classes < 2 || !AreFinite(bank, queries))
            return null;
        var truths = Tensor(asked);
        IReadOnlyDictionary<int, double> knn = new SortedDictionary<int, double>();
        double? probe = null;
        if (bank is not null && Labeled(bank) is { Labels.Length: > 0 } known)
        {
            var labels = Tensor(known);
            stop.ThrowIfCancellationRequested();
            knn = Knn.Top1(known.Features, labels, asked.Features, truths, options.Knn);
            stop.ThrowIfCancellationRequested();
            probe = LinearProbe.Top1(known.Features, labels, asked.Features, truths);
        }

        stop.ThrowIfCancellationRequested();
        var some = Sample(asked, options);
        var retrieval = Retrieval.Among(some.Features, Tensor(some));
        stop.ThrowIfCancellationRequested();
        var clusters = KMeans.Assign(Losses.UnitRows.Of(some.Features), classes, options.Seed);
        return new(knn, probe, retrieval, Nmi.Of(some.Labels, clusters));
    }

    private static bool AreFinite(LabeledFeatures? bank, LabeledFeatures queries) =>
        FeatureInputs.AreFinite(queries.Features) && (bank is null || FeatureInputs.AreFinite(bank.Features));

    private static Tensor Tensor(LabeledFeatures items) => tensor(items.Labels, device: items.Features.device);

    private static LabeledFeatures Labeled(LabeledFeatures items) =>
        items.Labels.All(l => l >= 0) ? items : Take(items, [.. Enumerable.Range(0, items.Labels.Length).Where(i => items.Labels[i] >= 0).Select(i => (long)i)]);

    private static LabeledFeatures Sample(LabeledFeatures items, JudgeOptions options)
    {
        if (items.Labels.Length <= options.Items)
            return items;
        var order = Enumerable.Range(0, items.Labels.Length).Select(i => (long)i).ToArray();
        new SeededRandom(options.Seed, "judged items").Shuffle<long>(order);
        return Take(items, order[..options.Items]);
    }

    private static LabeledFeatures Take(LabeledFeatures items, long[] rows) =>
        new(items.Features.index_select(0, tensor(rows, device: items.Features.device)), Array.ConvertAll(rows, r => items.Labels[r]));
}
