namespace ContrastiveService.Training.Calibration;

/// <summary>Similarities of pairs that are known to be the same or not. Either kind as a whole weighs as much as the other, however many there are.</summary>
/// <param name="Positives">Cosines of pairs that are the same.</param>
/// <param name="Negatives">Cosines of pairs that are not.</param>
/// <param name="Pictures">How many pictures they were drawn of.</param>
internal sealed record ScoredPairs(float[] Positives, float[] Negatives, int Pictures)
{
    public PairCounts Counts => new(Pictures, Positives.Length, Negatives.Length);

    /// <summary>
    /// All pairs, with Platt's targets (1999, section 2.2): (N₊ + 1)/(N₊ + 2) and 1/(N₋ + 2) instead of 1 and 0, so that no finite number of pairs
    /// makes anything certain.
    /// </summary>
    public WeightedTarget[] SmoothedTargets() => All((Positives.Length + 1.0) / (Positives.Length + 2.0), 1.0 / (Negatives.Length + 2.0));

    /// <summary>All pairs as they are: 1 for the same, 0 for different.</summary>
    public WeightedTarget[] Truths() => All(1, 0);

    private WeightedTarget[] All(double same, double different) =>
    [
        .. Positives.Select(score => new WeightedTarget(score, same, Prior.Equal / Positives.Length)),
        .. Negatives.Select(score => new WeightedTarget(score, different, (1 - Prior.Equal) / Negatives.Length)),
    ];
}
