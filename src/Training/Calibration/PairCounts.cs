namespace ContrastiveService.Training.Calibration;

/// <summary>What a calibration rests on.</summary>
/// <param name="Pictures">How many the pairs were drawn of.</param>
/// <param name="Positives">Pairs that are the same.</param>
/// <param name="Negatives">Pairs that are not.</param>
public sealed record PairCounts(int Pictures, int Positives, int Negatives);
