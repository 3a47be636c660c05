namespace ContrastiveService.Local.Rest;

/// <summary>What we read of a comparison.</summary>
internal sealed record SimilarityView(double Cosine, double? Percentile, double? ProbabilitySame, DecisionView Decision, ExplanationView? Explanation);

/// <summary>Same or not at a false positive rate; null where the model cannot tell.</summary>
internal sealed record DecisionView(bool? Same, double? Threshold, double FalsePositiveRate);

/// <summary>Maps of what makes the two alike.</summary>
internal sealed record ExplanationView(HeatMapView A, HeatMapView B);

/// <summary>A picture with its map over it, a PNG as a data URI.</summary>
internal sealed record HeatMapView(string Overlay);
