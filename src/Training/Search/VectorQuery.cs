namespace ContrastiveService.Training.Search;

/// <summary>What to look for.</summary>
/// <param name="Vector">Of length 1.</param>
/// <param name="K">Hits wanted, 1 or more.</param>
public sealed record VectorQuery(float[] Vector, int K)
{
    /// <summary>Hits score this or more.</summary>
    public float Minimum { get; init; } = float.NegativeInfinity;

    /// <summary>Only items of these ids; null for all.</summary>
    public IReadOnlyCollection<long>? Among { get; init; }

    /// <summary>Not this item, such as the one whose neighbours are wanted.</summary>
    public long? Except { get; init; }
}
