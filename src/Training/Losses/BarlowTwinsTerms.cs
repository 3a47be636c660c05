using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>The Barlow Twins loss and its parts: three scalars attached to the graph, in the caller's dispose scope.</summary>
/// <param name="Loss">What is minimised: OnDiagonal + λ·OffDiagonal.</param>
/// <param name="OnDiagonal">Σ (1 − C_ii)²: how far the two views are from agreeing; d at worst, for features without any relation.</param>
/// <param name="OffDiagonal">Σ_{i≠j} C_ij²: how much features say the same as others; d·(d − 1) at worst.</param>
public readonly record struct BarlowTwinsTerms(Tensor Loss, Tensor OnDiagonal, Tensor OffDiagonal);
