namespace ContrastiveService.Training.Evaluation;

/// <summary>What one evaluation found.</summary>
/// <param name="KnnTop1">Accuracy of the first k asked for, in [0, 1]; null without labels.</param>
/// <param name="FeatureStd">Mean standard deviation of the normalised features; 1/√d when they spread over the sphere, 0 when they collapsed.</param>
/// <param name="EffectiveRank">RankMe of the features, 1 to d.</param>
/// <param name="Values">All of it by metric name.</param>
internal sealed record EvaluationResult(double? KnnTop1, double FeatureStd, double EffectiveRank, IReadOnlyDictionary<string, double> Values);
