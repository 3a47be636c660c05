using ContrastiveService.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Evaluation;

/// <summary>
/// Recall@k, precision@1 and MAP@R of nearest-neighbour search. With R the number of other members of the query's class in what is searched,
/// MAP@R is the mean over queries of 1/R Σ_{i ≤ R} P(i) over those ranks i that hold one of the class. Equally near items rank in no particular order.
/// </summary>
public static class Retrieval
{
    private const long ChunkEntries = 1 << 22;
    private const int Farthest = 10;

    /// <summary>Every item asks all the others.</summary>
    /// <param name="items">(N, d) finite features, N ≥ 2.</param>
    /// <param name="labels">(N) int64.</param>
    /// <param name="metric">What is near.</param>
    public static RetrievalScores Among(Tensor items, Tensor labels, RetrievalMetric metric = RetrievalMetric.Cosine)
    {
        FeatureInputs.Finite(items, nameof(items));
        LossInputs.Labels(labels, nameof(labels), items, nameof(items));
        if (items.size(0) < 2)
            throw new ArgumentException("A single item has nothing to search among: items must have at least two rows.", nameof(items));
        return Search(items, labels, items, labels, metric, excludeSelf: true);
    }

    /// <summary>Queries that are not in the bank ask the bank.</summary>
    /// <param name="bank">(N, d) finite features.</param>
    /// <param name="bankLabels">(N) int64.</param>
    /// <param name="queries">(M, d) finite features.</param>
    /// <param name="queryLabels">(M) int64.</param>
    /// <param name="metric">What is near.</param>
    public static RetrievalScores In(Tensor bank, Tensor bankLabels, Tensor queries, Tensor queryLabels, RetrievalMetric metric = RetrievalMetric.Cosine)
    {
        FeatureInputs.Pair(bank, bankLabels, queries, queryLabels);
        return Search(bank, bankLabels, queries, queryLabels, metric, excludeSelf: false);
    }

    private static RetrievalScores Search(Tensor bank, Tensor bankLabels, Tensor queries, Tensor queryLabels, RetrievalMetric metric, bool excludeSelf)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (n, m) = (bank.size(0), queries.size(0));
        var (b, q) = metric == RetrievalMetric.Cosine ? (UnitRows.Of(bank.detach()), UnitRows.Of(queries.detach())) : (bank.detach(), queries.detach());
        // ‖q − b‖² falls as q·b − ½‖b‖² rises: ‖q‖² does not change a query's ranking.
        var offset = metric == RetrievalMetric.Cosine ? zeros(1, b.dtype, b.device) : b.square().sum([1]).mul(-0.5f); // (1) or (N)
        var transposed = b.t();
        var (labels, truths) = (bankLabels.to(b.device), queryLabels.to(b.device));
        var relevant = Relevant(labels, truths, excludeSelf); // (M)
        var others = n - (excludeSelf ? 1 : 0);
        var deepest = Math.Min(others, Math.Max(Farthest, relevant.max().ToInt64()));
        var ranks = arange(1, deepest + 1, b.dtype, b.device); // (K)
        var (found, precision) = (zeros(3, float64, b.device), zeros([], float64, b.device));
        var (first, asked) = (zeros([], float64, b.device), relevant.gt(0).sum().ToInt64());
        var rows = Math.Max(1, ChunkEntries / n);
        for (long start = 0; start < m; start += rows)
        {
            using var chunk = NewDisposeScope();
            var count = Math.Min(rows, m - start);
            var nearness = q.narrow(0, start, count).mm(transposed).add_(offset); // (rows, N)
            if (excludeSelf)
                nearness.diagonal(start).fill_(double.NegativeInfinity);
            var nearest = nearness.topk((int)deepest, 1).indexes; // (rows, K)
            var hit = labels[nearest].eq(truths.narrow(0, start, count).unsqueeze(1)); // (rows, K)
            var r = relevant.narrow(0, start, count).unsqueeze(1); // (rows, 1)
            for (var at = 0; at < 3; at++)
                found[at].add_(hit.narrow(1, 0, Math.Min(at switch { 0 => 1, 1 => 5, _ => Farthest }, deepest)).any(1).sum());
            first.add_(hit.select(1, 0).sum());
            var counted = hit.logical_and(ranks.le(r)).to(b.dtype); // (rows, K)
            var average = counted.cumsum(1).div_(ranks).mul_(counted).sum(1).to(float64).div_(r.squeeze(1).clamp_min(1));
            precision.add_(average.sum());
        }

        var recall = found.div(m).cpu().data<double>().ToArray();
        return new(recall[0], recall[1], recall[2], asked == 0 ? null : first.ToDouble() / asked, asked == 0 ? null : precision.ToDouble() / asked);
    }

    /// <summary>(M) int64: how many of the bank belong to each query, itself left out.</summary>
    private static Tensor Relevant(Tensor labels, Tensor truths, bool excludeSelf)
    {
        using var scope = NewDisposeScope();
        var (classes, inverse, _) = cat([labels, truths]).unique(return_inverse: true);
        var bank = inverse!.narrow(0, 0, labels.size(0));
        var sizes = zeros(classes.size(0), int64, labels.device).scatter_add_(0, bank, ones_like(bank));
        var counts = sizes[inverse.narrow(0, labels.size(0), truths.size(0))];
        return (excludeSelf ? counts.sub(1) : counts).MoveToOuterDisposeScope();
    }
}
