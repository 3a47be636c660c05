using TorchSharp;

namespace ContrastiveService.Training.Evaluation;

/// <summary>Features with what is known of their items.</summary>
/// <param name="Features">(N, d).</param>
/// <param name="Labels">Class of every row, −1 where it has none.</param>
public sealed record LabeledFeatures(torch.Tensor Features, long[] Labels);
