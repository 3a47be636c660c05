using ContrastiveService.Local.Sample;

namespace ContrastiveService.Local.Report;

/// <summary>A pair that the service was asked about.</summary>
/// <param name="Title">What the pair is.</param>
/// <param name="Style">The CSS class of its kind.</param>
/// <param name="Left">One picture.</param>
/// <param name="Right">The other.</param>
/// <param name="Cosine">The service's answer.</param>
/// <param name="Percentile">How many in a hundred pairs of strangers are less alike, by the service's answer.</param>
internal sealed record ShownPair(string Title, string Style, Picture Left, Picture Right, double Cosine, double? Percentile);
