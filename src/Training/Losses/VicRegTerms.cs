using static TorchSharp.torch;

namespace ContrastiveService.Training.Losses;

/// <summary>The VICReg loss and its parts, each before its weight: four scalars attached to the graph, in the caller's dispose scope.</summary>
/// <param name="Loss">What is minimised.</param>
/// <param name="Invariance">Mean square of the views' difference, over all entries.</param>
/// <param name="Variance">½·[v(Z₀) + v(Z₁)], 0 to 1: how far standard deviations fall short of 1, on average over features.</param>
/// <param name="Covariance">c(Z₀) + c(Z₁): squared covariances of different features, summed and divided by d.</param>
public readonly record struct VicRegTerms(Tensor Loss, Tensor Invariance, Tensor Variance, Tensor Covariance);
