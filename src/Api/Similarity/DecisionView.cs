using ContrastiveService.Training.Evaluation;

namespace ContrastiveService.Api.Similarity;

/// <summary>Same or not.</summary>
/// <param name="Same">Whether the cosine lies above the threshold; null with a <c>reason</c>.</param>
/// <param name="Threshold">The lowest cosine that accepts no more than the false positive rate; null with a <c>reason</c>.</param>
/// <param name="FalsePositiveRate">The share of pairs that are not the same that is accepted at most.</param>
/// <param name="ExpectedMissRate">The share of pairs that are the same that is rejected; null with a <c>reason</c>.</param>
/// <param name="Reason">Why there is no threshold; null where there is one.</param>
public sealed record DecisionView(bool? Same, double? Threshold, double FalsePositiveRate, double? ExpectedMissRate, string? Reason)
{
    public static DecisionView Of(OperatingPoint point, double cosine) =>
        new(point.Threshold is { } threshold ? cosine > threshold : null, point.Threshold, point.FalsePositiveRate, point.MissRate, point.Reason);
}
