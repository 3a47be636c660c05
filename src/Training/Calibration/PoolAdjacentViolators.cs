namespace ContrastiveService.Training.Calibration;

/// <summary>Least squares among the functions that do not fall (Ayer et al. 1955): neighbours in the wrong order are pooled until none is left.</summary>
internal static class PoolAdjacentViolators
{
    /// <summary>The fit as blocks, by rising score; their values rise strictly. Equal scores are in one block, whatever their targets.</summary>
    public static IReadOnlyList<IsotonicBlock> Fit(IEnumerable<WeightedTarget> pairs)
    {
        var blocks = new List<IsotonicBlock>();
        // Equal scores first: which of them comes earlier means nothing.
        foreach (var equal in pairs.GroupBy(p => p.Score).OrderBy(g => g.Key))
        {
            var weight = equal.Sum(p => p.Weight);
            var block = new IsotonicBlock(equal.Key, equal.Key, equal.Sum(p => p.Weight * p.Target) / weight, weight);
            while (blocks.Count > 0 && blocks[^1].Value >= block.Value)
            {
                block = Pool(blocks[^1], block);
                blocks.RemoveAt(blocks.Count - 1);
            }

            blocks.Add(block);
        }

        return blocks;
    }

    private static IsotonicBlock Pool(IsotonicBlock a, IsotonicBlock b)
    {
        var weight = a.Weight + b.Weight;
        return new(a.From, b.To, ((a.Value * a.Weight) + (b.Value * b.Weight)) / weight, weight);
    }
}
