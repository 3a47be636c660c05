namespace ContrastiveService.Api.Similarity;

/// <summary>How alike two pictures are to a model.</summary>
/// <param name="Model">The version that judged: <c>name:version</c>.</param>
/// <param name="Cosine">Of the two vectors, in [-1, 1].</param>
/// <param name="Distance">Euclidean, between the two vectors of length 1, in [0, 2].</param>
/// <param name="Percentile">Share of the model's background pairs that are less alike than these, in percent; null when the data were too few for a
/// background.</param>
/// <param name="Background">What the percentile is measured against.</param>
public sealed record SimilarityView(string Model, double Cosine, double Distance, double? Percentile, BackgroundView Background);
