using TorchSharp;

namespace ContrastiveService.Training;

/// <summary>What a step works on.</summary>
/// <param name="Items">What was drawn from.</param>
/// <param name="Positions">Positions among the items.</param>
/// <param name="Pixels">(B, C, S, S) uint8 on the CPU; belongs to the feed, and is good until the next step takes its own.</param>
internal sealed record DrawnItems(BatchItems Items, long[] Positions, torch.Tensor Pixels);
