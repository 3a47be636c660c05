namespace ContrastiveService.Training.Search;

/// <summary>An item that a search found; <c>Score</c> is the dot product of unit vectors.</summary>
public readonly record struct Hit(long Id, float Score)
{
    /// <summary>The higher score, and of equal ones the lower id.</summary>
    public static Comparer<Hit> BestFirst { get; } =
        Comparer<Hit>.Create((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Id.CompareTo(b.Id));

    public static Comparer<Hit> WorstFirst { get; } = Comparer<Hit>.Create((a, b) => BestFirst.Compare(b, a));
}
