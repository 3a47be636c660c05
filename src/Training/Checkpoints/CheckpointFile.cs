namespace ContrastiveService.Training.Checkpoints;

/// <summary>A checkpoint on local disk.</summary>
/// <param name="Path">The file; whoever receives this deletes it.</param>
/// <param name="Epoch">Epochs finished.</param>
/// <param name="Step">Optimiser steps done.</param>
/// <param name="Score">Validation kNN top-1 of exactly this state, in [0, 1]; null when it was not measured.</param>
public sealed record CheckpointFile(string Path, int Epoch, long Step, double? Score);
