namespace ContrastiveService.Api.Similarity;

/// <summary>How alike two pictures are to a model.</summary>
/// <param name="Model">The version that judged: <c>name:version</c>.</param>
/// <param name="Cosine">Of the two vectors, in [-1, 1].</param>
/// <param name="Distance">Euclidean, between the two vectors of length 1, in [0, 2].</param>
/// <param name="Percentile">Share of the model's background pairs that are less alike than these, in percent; null when the data were too few for a
/// background.</param>
/// <param name="ProbabilitySame">The chance that the two are the same, of one label or views of one thing, where pairs that are the same have the share
/// <c>prior</c>; null with a <c>reason</c>.</param>
/// <param name="Prior">The share that was assumed.</param>
/// <param name="Reason">Why there is no probability; null where there is one.</param>
/// <param name="Decision">Same or not, at the false positive rate that was asked for.</param>
/// <param name="Explanation">Which parts of the pictures make them alike; null where it was not asked for.</param>
/// <param name="Background">What the percentile is measured against.</param>
public sealed record SimilarityView(
    string Model, double Cosine, double Distance, double? Percentile, double? ProbabilitySame, double Prior, string? Reason, DecisionView Decision,
    ExplanationView? Explanation, BackgroundView Background);
