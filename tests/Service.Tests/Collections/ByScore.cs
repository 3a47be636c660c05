namespace ContrastiveService.Service.Tests.Collections;

/// <summary>Hits are the same that have one key and, but for rounding, one score.</summary>
sealed class ByScore(double tolerance) : IEqualityComparer<(string Key, double Score)>
{
    public bool Equals((string Key, double Score) x, (string Key, double Score) y) => x.Key == y.Key && Math.Abs(x.Score - y.Score) <= tolerance;

    public int GetHashCode((string Key, double Score) obj) => obj.Key.GetHashCode(StringComparison.Ordinal);
}
