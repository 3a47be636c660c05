namespace ContrastiveService.Training.Evaluation;

/// <summary>How features lie in space, whatever the labels.</summary>
/// <param name="Std">Mean standard deviation of the normalised features; about 1/√d when they spread, 0 when they collapsed.</param>
/// <param name="EffectiveRank">RankMe, 1 to d.</param>
/// <param name="EffectiveRankCentered">The same with the mean taken off first.</param>
/// <param name="Uniformity">Wang and Isola's, −8 to 0, lower is more even.</param>
public sealed record FeatureShape(double Std, double EffectiveRank, double EffectiveRankCentered, double Uniformity);
