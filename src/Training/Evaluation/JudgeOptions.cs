namespace ContrastiveService.Training.Evaluation;

/// <summary>What a judgement looks at.</summary>
/// <param name="Knn">Neighbours of the kNN classifiers.</param>
/// <param name="Seed">Which items and pairs are drawn where not all are taken, and where clusters begin.</param>
public sealed record JudgeOptions(IReadOnlyList<int> Knn, long Seed)
{
    /// <summary>At most so many of the queries in what compares queries with each other: retrieval, clusters, uniformity, effective rank.</summary>
    public int Items { get; init; } = 10_000;

    /// <summary>At most so many pairs of either kind.</summary>
    public int Pairs { get; init; } = 50_000;
}
