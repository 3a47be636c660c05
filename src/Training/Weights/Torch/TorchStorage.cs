using static TorchSharp.torch;

namespace ContrastiveService.Training.Weights.Torch;

/// <summary>A run of elements that tensors are views of.</summary>
/// <param name="Key">Which one of the file's.</param>
/// <param name="Dtype">Type of its elements.</param>
/// <param name="First">The first element that belongs to it, counted in those of <paramref name="Key"/>.</param>
/// <param name="Elements">How many there are.</param>
sealed record TorchStorage(string Key, ScalarType Dtype, long First, long Elements);
