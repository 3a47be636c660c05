using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>A triplet loss and how much of the batch it still concerns: two scalars in the caller's dispose scope.</summary>
/// <param name="Loss">What is minimised, attached to the graph.</param>
/// <param name="Active">
/// Share, 0 to 1, of the candidate triplets that were chosen and violate the margin. Candidates are all valid triplets; for batch-hard, one for each anchor.
/// 0 without any.
/// </param>
public readonly record struct TripletTerms(Tensor Loss, Tensor Active);
