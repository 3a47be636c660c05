namespace ContrastiveService.Training.Evaluation;

/// <summary>Normalised mutual information of two groupings of the same items: I(a; b) over the arithmetic mean of H(a) and H(b) (Strehl and Ghosh 2002; scikit-learn's default average).</summary>
public static class Nmi
{
    /// <returns>0 (independent) to 1 (the same up to names); 1 where both put everything into one group.</returns>
    /// <exception cref="ArgumentException">They are empty or of different length.</exception>
    public static double Of(ReadOnlySpan<long> a, ReadOnlySpan<long> b)
    {
        if (a.Length == 0 || a.Length != b.Length)
            throw new ArgumentException($"The two groupings must cover the same items, at least one; they cover {a.Length} and {b.Length}.", nameof(b));
        var (ofA, ofB, joint) = (new Dictionary<long, long>(), new Dictionary<long, long>(), new Dictionary<(long, long), long>());
        for (var i = 0; i < a.Length; i++)
        {
            Count(ofA, a[i]);
            Count(ofB, b[i]);
            Count(joint, (a[i], b[i]));
        }

        if (ofA.Count == 1 && ofB.Count == 1)
            return 1;
        double n = a.Length;
        var information = joint.Sum(cell => cell.Value / n * Math.Log(cell.Value * n / ((double)ofA[cell.Key.Item1] * ofB[cell.Key.Item2])));
        return Math.Clamp(information / (0.5 * (Entropy(ofA.Values, n) + Entropy(ofB.Values, n))), 0, 1);
    }

    private static double Entropy(IEnumerable<long> sizes, double n) => -sizes.Sum(size => size / n * Math.Log(size / n));

    private static void Count<T>(Dictionary<T, long> counts, T key)
        where T : notnull => counts[key] = counts.GetValueOrDefault(key) + 1;
}
