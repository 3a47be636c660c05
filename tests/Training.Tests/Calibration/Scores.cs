namespace ContrastiveService.Training.Tests.Calibration;

/// <summary>Similarities whose true probability is known.</summary>
internal static class Scores
{
    /// <summary>Normally distributed, the same for a seed everywhere.</summary>
    public static float[] Normal(int count, double mean, double deviation, int seed) => [.. Losses.Sample.Rows(count, 1, seed).Select(r => (float)(mean + (deviation * r[0])))];

    /// <summary>The density of such scores.</summary>
    public static double Density(double score, double mean, double deviation) =>
        Math.Exp(-(score - mean) * (score - mean) / (2 * deviation * deviation)) / deviation;
}
