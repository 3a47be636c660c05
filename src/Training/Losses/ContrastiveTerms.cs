using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>A contrastive loss and its parts: three scalars attached to the graph, in the caller's dispose scope.</summary>
/// <param name="Loss">What is minimised.</param>
/// <param name="Positive">Mean over similar pairs of what pulls them together; 0 without any.</param>
/// <param name="Negative">Mean over dissimilar pairs of what pushes them apart; 0 without any.</param>
public readonly record struct ContrastiveTerms(Tensor Loss, Tensor Positive, Tensor Negative);
