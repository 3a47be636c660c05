namespace ContrastiveService.Training.Calibration;

/// <summary>The share of positives among the pairs that are asked about.</summary>
public static class Prior
{
    /// <summary>As many positives as negatives.</summary>
    public const double Equal = 0.5;

    /// <summary>Bayes' rule on the odds: the odds of a probability change by the factor by which those of the prior do (Elkan 2001, theorem 2).</summary>
    /// <param name="probability">P(same) where positives have the share <paramref name="from"/>; in [0, 1].</param>
    /// <param name="from">In (0, 1).</param>
    /// <param name="to">In (0, 1).</param>
    /// <returns>P(same) where they have the share <paramref name="to"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A prior is not between 0 and 1.</exception>
    public static double Shift(double probability, double from, double to)
    {
        if (Check(from, nameof(from)) == Check(to, nameof(to)))
            return probability;
        // Without dividing by the complement of the probability, which may be zero.
        var (same, different) = (probability * (to / from), (1 - probability) * ((1 - to) / (1 - from)));
        return same / (same + different);
    }

    private static double Check(double prior, string name) =>
        prior is > 0 and < 1 ? prior : throw new ArgumentOutOfRangeException(name, prior, $"{name} must lie between 0 and 1.");
}
