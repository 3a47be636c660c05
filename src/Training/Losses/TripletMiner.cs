using TorchSharp;
using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>Finds a batch's triplets in its distance matrix and sums up what they cost.</summary>
internal static class TripletMiner
{
    /// <summary>Entries of the largest temporary tensor: 4 MiB of float32, which caches hold.</summary>
    private const long ChunkEntries = 1 << 20;

    /// <summary>Per anchor the farthest positive and the nearest negative; anchors that lack either are left out.</summary>
    /// <param name="d">(B, B) distances, attached to the graph.</param>
    /// <param name="positive">(B, B) bool.</param>
    /// <param name="negative">(B, B) bool.</param>
    /// <param name="margin">m.</param>
    /// <param name="soft">Soft margin.</param>
    public static TripletTerms Hardest(Tensor d, Tensor positive, Tensor negative, double margin, bool soft)
    {
        using var scope = NewDisposeScope();
        var farthest = d.detach().masked_fill(positive.logical_not(), double.NegativeInfinity).argmax(1, keepdim: true); // (B, 1)
        var nearest = d.detach().masked_fill(negative.logical_not(), double.PositiveInfinity).argmin(1, keepdim: true);
        var valid = positive.any(1).logical_and(negative.any(1));
        var gap = (d.gather(1, farthest) - d.gather(1, nearest)).squeeze(1)[valid]; // (anchors)
        var loss = Pairs.MeanOfNonZero(soft ? nn.functional.softplus(gap) : (gap + margin).relu());
        var active = (gap.detach() + margin).gt(0).sum().to(ScalarType.Float32) / valid.sum().clamp_min(1);
        return new(loss.MoveToOuterDisposeScope(), active.MoveToOuterDisposeScope());
    }

    /// <summary>All triplets that <paramref name="mining"/> lets through.</summary>
    /// <remarks>
    /// The cost φ(d(a,p) − d(a,n)) summed over up to B³ triplets depends on B² distances only, with the slopes ∂/∂d(a,p) = Σ_n φ′ and ∂/∂d(a,n) = −Σ_p φ′.
    /// So the triplets are gone through without gradient, some (a,p) pairs at a time, and only the (B, B) matrix of slopes enters the graph.
    /// </remarks>
    public static TripletTerms Among(Tensor d, Tensor positive, Tensor negative, TripletMining mining, double margin, bool soft, long chunkEntries = ChunkEntries)
    {
        using var scope = NewDisposeScope();
        var fixedD = d.detach();
        var pairs = positive.nonzero(); // (M, 2): a, p
        var slopes = zeros_like(fixedD);
        var cost = zeros(1, dtype: d.dtype, device: d.device);
        var (costly, active, candidates) = (zeros_like(cost), zeros_like(cost), zeros_like(cost));
        using (no_grad())
        {
            var rows = Math.Max(1, chunkEntries / d.size(0));
            for (long start = 0; start < pairs.size(0); start += rows)
            {
                using var chunk = NewDisposeScope();
                var ap = pairs.narrow(0, start, Math.Min(rows, pairs.size(0) - start));
                var (a, p) = (ap.select(1, 0), ap.select(1, 1));
                var gap = fixedD[a, p].unsqueeze(1) - fixedD.index_select(0, a); // (m, B): d(a,p) − d(a,n)
                var valid = negative.index_select(0, a);
                var chosen = mining switch
                {
                    TripletMining.SemiHard => valid.logical_and(gap.lt(0)).logical_and_(gap.gt(-margin)),
                    TripletMining.Hard => valid.logical_and(gap.ge(0)),
                    _ => valid,
                };
                var over = gap + margin;
                var violates = over.gt(0).logical_and_(chosen);
                var slope = soft ? gap.sigmoid() * chosen : violates.to(d.dtype);
                cost.add_((soft ? nn.functional.softplus(gap) * chosen : over * violates).sum());
                costly.add_((soft ? chosen : violates).sum());
                active.add_(violates.sum());
                candidates.add_(valid.sum());
                slopes.index_put_(slope.sum(1), [a, p], accumulate: true);
                slopes.index_add_(0, a, slope, alpha: -1);
            }

            cost.div_(costly.clamp_min(1));
            slopes.div_(costly.clamp_min(1));
        }

        var linear = (slopes * d).sum();
        var loss = cost.squeeze() + (linear - linear.detach()); // the cost's value with the slopes' gradient
        return new(loss.MoveToOuterDisposeScope(), (active / candidates.clamp_min(1)).squeeze().MoveToOuterDisposeScope());
    }
}
