using ContrastiveService.Local.Rest;
using ContrastiveService.Local.Sample;

namespace ContrastiveService.Local.Report;

/// <summary>A pair that the service was asked to explain.</summary>
/// <param name="Title">What the pair is.</param>
/// <param name="Style">The CSS class of its kind.</param>
/// <param name="Left">One picture.</param>
/// <param name="Right">The other.</param>
/// <param name="Cosine">The service's answer.</param>
/// <param name="ProbabilitySame">P(same) by the service; null where it cannot tell.</param>
/// <param name="Decision">What follows at 1 % false accepts.</param>
/// <param name="LeftMap">The first picture with its map over it, as a data URI.</param>
/// <param name="RightMap">The same of the other.</param>
internal sealed record ExplainedPair(
    string Title, string Style, Picture Left, Picture Right, double Cosine, double? ProbabilitySame, DecisionView Decision, string LeftMap, string RightMap);
