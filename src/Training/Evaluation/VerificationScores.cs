namespace ContrastiveService.Training.Evaluation;

/// <summary>How well the cosine of two items tells whether they are of one class.</summary>
/// <param name="Positives">Histogram of the cosines of pairs of one class: counts in 64 equal bins over [−1, 1].</param>
/// <param name="Negatives">The same of pairs of two classes.</param>
/// <param name="RocAuc">In [0, 1], ties counting half; null where a kind has no pair.</param>
/// <param name="EqualErrorRate">In [0, 1]; null where a kind has no pair.</param>
/// <param name="OperatingPoints">At false positive rates of 1 % and 0.1 %; empty where a kind has no pair.</param>
public sealed record VerificationScores(
    int[] Positives, int[] Negatives, double? RocAuc, double? EqualErrorRate, IReadOnlyList<OperatingPoint> OperatingPoints);
