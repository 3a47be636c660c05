namespace ContrastiveService.Training.Calibration;

/// <summary>P(same) as a function that does not fall, on straight lines between knots and constant beyond the outer ones.</summary>
/// <param name="Cosines">Of the knots, ascending.</param>
/// <param name="Probabilities">At the knots, none below the one before it.</param>
public sealed record IsotonicRegression(float[] Cosines, double[] Probabilities)
{
    /// <summary>The probability at a similarity, in [0, 1].</summary>
    public double Probability(double cosine)
    {
        var (low, high) = (0, Cosines.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Cosines[middle] <= cosine)
                low = middle + 1;
            else
                high = middle;
        }

        if (low == 0)
            return Probabilities[0];
        if (low == Cosines.Length)
            return Probabilities[^1];
        var share = (cosine - Cosines[low - 1]) / ((double)Cosines[low] - Cosines[low - 1]);
        return Probabilities[low - 1] + (share * (Probabilities[low] - Probabilities[low - 1]));
    }

    /// <summary>Fits by pooling adjacent violators; the ends of each block become knots.</summary>
    /// <param name="pairs">At least one, with scores that are float32.</param>
    internal static IsotonicRegression Fit(IEnumerable<WeightedTarget> pairs)
    {
        var knots = PoolAdjacentViolators.Fit(pairs).SelectMany(b => b.From == b.To ? new[] { (b.From, b.Value) } : [(b.From, b.Value), (b.To, b.Value)]).ToArray();
        return new(Array.ConvertAll(knots, k => (float)k.Item1), Array.ConvertAll(knots, k => k.Value));
    }
}
