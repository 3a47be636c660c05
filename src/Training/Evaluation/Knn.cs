using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>The weighted nearest-neighbour classifier on frozen features (Wu et al. 2018, arXiv 1805.01978, section 3.4): each of the k nearest votes with e^{cos/τ}.</summary>
public static class Knn
{
    private const long ChunkEntries = 1 << 22;

    /// <summary>Share, 0 to 1, of the queries whose predicted class is their label.</summary>
    /// <param name="bank">(N, d) features.</param>
    /// <param name="bankLabels">(N) int64 class indices ≥ 0.</param>
    /// <param name="queries">(M, d) features.</param>
    /// <param name="queryLabels">(M) int64.</param>
    /// <param name="k">Neighbours; as many as there are where the bank is smaller.</param>
    /// <param name="temperature">τ &gt; 0.</param>
    /// <param name="excludeSelf">The queries are the bank itself; an item is no neighbour of its own.</param>
    public static double Top1(Tensor bank, Tensor bankLabels, Tensor queries, Tensor queryLabels, int k, double temperature = 0.07, bool excludeSelf = false)
    {
        using var scope = NewDisposeScope();
        LossInputs.Labels(queryLabels, nameof(queryLabels), queries, nameof(queries));
        var predicted = Predict(bank, bankLabels, queries, k, temperature, excludeSelf);
        return predicted.eq(queryLabels.to(predicted.device)).to(ScalarType.Float64).mean().ToDouble();
    }

    /// <summary>The same for several k at once, by k.</summary>
    public static IReadOnlyDictionary<int, double> Top1(
        Tensor bank, Tensor bankLabels, Tensor queries, Tensor queryLabels, IReadOnlyList<int> ks, double temperature = 0.07, bool excludeSelf = false)
    {
        using var scope = NewDisposeScope();
        LossInputs.Labels(queryLabels, nameof(queryLabels), queries, nameof(queries));
        var predicted = Predict(bank, bankLabels, queries, ks, temperature, excludeSelf);
        var accuracies = new SortedDictionary<int, double>();
        for (var i = 0; i < ks.Count; i++)
            accuracies[ks[i]] = predicted[i].eq(queryLabels.to(predicted[i].device)).to(ScalarType.Float64).mean().ToDouble();
        return accuracies;
    }

    /// <summary>(M) int64: the class with the most votes for each query. Memory stays bounded for any N and M.</summary>
    /// <inheritdoc cref="Top1(Tensor, Tensor, Tensor, Tensor, int, double, bool)" path="/param"/>
    public static Tensor Predict(Tensor bank, Tensor bankLabels, Tensor queries, int k, double temperature = 0.07, bool excludeSelf = false)
    {
        using var scope = NewDisposeScope();
        return Predict(bank, bankLabels, queries, [k], temperature, excludeSelf)[0].MoveToOuterDisposeScope();
    }

    private static Tensor[] Predict(Tensor bank, Tensor bankLabels, Tensor queries, IReadOnlyList<int> ks, double temperature, bool excludeSelf)
    {
        ArgumentOutOfRangeException.ThrowIfZero(ks.Count);
        foreach (var k in ks)
            Check(bank, bankLabels, queries, k, temperature, excludeSelf);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (n, m) = (bank.size(0), queries.size(0));
        var transposed = UnitRows.Of(bank.detach()).t(); // (d, N)
        var unit = UnitRows.Of(queries.detach());
        var labels = bankLabels.to(bank.device);
        var classes = labels.max().ToInt64() + 1;
        var neighbours = ks.Select(k => Math.Min(k, n - (excludeSelf ? 1 : 0))).ToArray();
        var rows = Math.Max(1, ChunkEntries / n);
        var predicted = ks.Select(_ => new List<Tensor>()).ToArray();
        for (long start = 0; start < m; start += rows)
        {
            using var chunk = NewDisposeScope();
            var count = Math.Min(rows, m - start);
            var similarity = unit.narrow(0, start, count).mm(transposed); // (rows, N)
            if (excludeSelf)
                similarity.diagonal(start).fill_(double.NegativeInfinity);
            var (nearest, index) = similarity.topk((int)neighbours.Max(), 1);
            // Taking the row's largest out leaves the winner the same and keeps e^{cos/τ} from overflowing.
            var weights = ((nearest - nearest.narrow(1, 0, 1)) / temperature).exp();
            var voters = labels[index];
            for (var i = 0; i < neighbours.Length; i++)
            {
                var votes = zeros(count, classes, dtype: weights.dtype, device: bank.device)
                    .scatter_add(1, voters.narrow(1, 0, neighbours[i]), weights.narrow(1, 0, neighbours[i]));
                predicted[i].Add(votes.argmax(1).MoveToOuterDisposeScope());
            }
        }

        return [.. predicted.Select(parts => cat(parts).MoveToOuterDisposeScope())];
    }

    private static void Check(Tensor bank, Tensor bankLabels, Tensor queries, int k, double temperature, bool excludeSelf)
    {
        LossInputs.Matrix(bank, nameof(bank));
        LossInputs.Matrix(queries, nameof(queries));
        LossInputs.Labels(bankLabels, nameof(bankLabels), bank, nameof(bank));
        LossInputs.Positive(temperature, nameof(temperature));
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (bank.size(1) != queries.size(1))
            throw new ArgumentException($"queries must be as wide as the bank, {bank.size(1)}; they are {queries.size(1)} wide.", nameof(queries));
        if (excludeSelf && (bank.size(0) != queries.size(0) || bank.size(0) < 2))
        {
            throw new ArgumentException(
                $"With excludeSelf the queries must be the bank, of at least two rows; there are {queries.size(0)} queries and {bank.size(0)} rows.", nameof(queries));
        }

        using var scope = NewDisposeScope();
        if (bankLabels.min().ToInt64() < 0)
            throw new ArgumentException("bankLabels must not be negative; leave unlabelled items out of the bank.", nameof(bankLabels));
    }
}
