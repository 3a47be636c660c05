namespace ContrastiveService.Training.Evaluation;

/// <summary>Where a verifier may be set.</summary>
/// <param name="FalsePositiveRate">The share of negative pairs that it may accept at most.</param>
/// <param name="Threshold">Pairs with a similarity above this are accepted; null where it was not measured.</param>
/// <param name="MissRate">Share of the positive pairs that are then rejected, in [0, 1].</param>
/// <param name="Reason">Why it was not measured, else null.</param>
public sealed record OperatingPoint(double FalsePositiveRate, double? Threshold, double? MissRate, string? Reason);
