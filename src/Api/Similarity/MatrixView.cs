namespace ContrastiveService.Api.Similarity;

/// <summary>How alike each picture of one list is to each of another.</summary>
/// <param name="Model">The version that judged: <c>name:version</c>.</param>
/// <param name="Cosines">A row for each picture of <c>a</c>, in it a number in [-1, 1] for each of <c>b</c>.</param>
/// <param name="Probabilities">P(same) in the same places; null where it was not asked for, or with a <c>reason</c>.</param>
/// <param name="Prior">The share of pairs that are the same that was assumed; null where no probability was asked for.</param>
/// <param name="Reason">Why there are no probabilities though they were asked for.</param>
public sealed record MatrixView(string Model, float[][] Cosines, float[][]? Probabilities, double? Prior, string? Reason);
