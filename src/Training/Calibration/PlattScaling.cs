namespace ContrastiveService.Training.Calibration;

/// <summary>P(same) = 1 / (1 + e^−(slope · cosine + intercept)) (Platt 1999).</summary>
/// <param name="Slope">0 or more: a probability never falls while the similarity rises.</param>
/// <param name="Intercept">Log odds at a cosine of 0.</param>
public sealed record PlattScaling(double Slope, double Intercept)
{
    private const int Iterations = 100, Halvings = 40;
    private const double SmallestGradient = 1e-10, SufficientDecrease = 1e-4, Ridge = 1e-12;

    /// <summary>The probability at a similarity, in [0, 1].</summary>
    public double Probability(double cosine) => 1 / (1 + Math.Exp(-((Slope * cosine) + Intercept)));

    /// <summary>The sigmoid of the least cross-entropy, by Newton's method with backtracking (Lin, Lin and Weng 2007). Deterministic.</summary>
    /// <param name="pairs">At least one.</param>
    internal static PlattScaling Fit(IReadOnlyList<WeightedTarget> pairs)
    {
        var weight = pairs.Sum(p => p.Weight);
        var mean = pairs.Sum(p => p.Weight * p.Score) / weight;
        var rate = pairs.Sum(p => p.Weight * p.Target) / weight;
        var flat = new PlattScaling(0, Math.Log(rate / (1 - rate)));
        var first = pairs[0].Score;
        if (pairs.All(p => p.Score == first))
            return flat;
        // Cosines may lie in a range of a thousandth; standardised, both directions are alike steep.
        var deviation = Math.Sqrt(pairs.Sum(p => p.Weight * (p.Score - mean) * (p.Score - mean)) / weight);
        var (slope, intercept) = Minimize([.. pairs.Select(p => p with { Score = (p.Score - mean) / deviation })], flat.Intercept);
        // The cross-entropy is convex: where it is least at a falling sigmoid, the best that does not fall is flat.
        return slope > 0 ? new(slope / deviation, intercept - (slope * mean / deviation)) : flat;
    }

    /// <summary>Mean cross-entropy and its gradient and Hessian by slope and intercept.</summary>
    internal static (double Loss, double BySlope, double ByIntercept, double SlopeTwice, double Both, double InterceptTwice) Derivatives(
        IReadOnlyList<WeightedTarget> pairs, double slope, double intercept)
    {
        var (loss, bySlope, byIntercept, slopeTwice, both, interceptTwice) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        foreach (var (score, target, weight) in pairs)
        {
            var z = (slope * score) + intercept;
            // ln(1 + e^z) − t z, without a large exponential.
            loss += weight * (Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z))) - (target * z));
            var p = 1 / (1 + Math.Exp(-z));
            var (error, curvature) = (weight * (p - target), weight * p * (1 - p));
            bySlope += error * score;
            byIntercept += error;
            slopeTwice += curvature * score * score;
            both += curvature * score;
            interceptTwice += curvature;
        }

        return (loss, bySlope, byIntercept, slopeTwice, both, interceptTwice);
    }

    private static (double Slope, double Intercept) Minimize(WeightedTarget[] pairs, double intercept)
    {
        var slope = 0.0;
        var at = Derivatives(pairs, slope, intercept);
        for (var i = 0; i < Iterations && Math.Max(Math.Abs(at.BySlope), Math.Abs(at.ByIntercept)) > SmallestGradient; i++)
        {
            var (h11, h12, h22) = (at.SlopeTwice + Ridge, at.Both, at.InterceptTwice + Ridge);
            var determinant = (h11 * h22) - (h12 * h12);
            var (ds, di) = (-((h22 * at.BySlope) - (h12 * at.ByIntercept)) / determinant, -((h11 * at.ByIntercept) - (h12 * at.BySlope)) / determinant);
            var descent = (at.BySlope * ds) + (at.ByIntercept * di);
            var length = 1.0;
            var next = Derivatives(pairs, slope + ds, intercept + di);
            for (var halving = 0; halving < Halvings && !(next.Loss <= at.Loss + (SufficientDecrease * length * descent)); halving++)
            {
                length /= 2;
                next = Derivatives(pairs, slope + (length * ds), intercept + (length * di));
            }

            if (!(next.Loss < at.Loss))
                break; // rounding hides any further descent
            (slope, intercept, at) = (slope + (length * ds), intercept + (length * di), next);
        }

        return (slope, intercept);
    }
}
