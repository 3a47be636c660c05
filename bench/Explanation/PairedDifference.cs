namespace ContrastiveService.Bench.Explanation;

/// <summary>By how much one thing is more than another on the same pairs.</summary>
/// <param name="Mean">Of the differences.</param>
/// <param name="Error">Standard error of it.</param>
/// <param name="Wins">Share of pairs in which it is more.</param>
internal sealed record PairedDifference(double Mean, double Error, double Wins)
{
    /// <summary>Two standard errors above nothing.</summary>
    public bool IsSure => Mean > 2 * Error;

    /// <param name="ours">One number for each pair, at least two.</param>
    /// <param name="others">As many.</param>
    public static PairedDifference Of(double[] ours, double[] others)
    {
        var differences = ours.Zip(others, (a, b) => a - b).ToArray();
        var mean = differences.Average();
        var variance = differences.Sum(d => (d - mean) * (d - mean)) / (differences.Length - 1);
        return new(mean, Math.Sqrt(variance / differences.Length), differences.Average(d => d > 0 ? 1.0 : 0));
    }
}
