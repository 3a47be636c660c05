using ContrastiveService.Training.Views;

namespace ContrastiveService.Training.Checkpoints;

/// <summary>What a checkpoint knows besides tensors. Random numbers need no state: they depend on the seed and the step alone.</summary>
/// <param name="Epoch">Epochs finished.</param>
/// <param name="StepInEpoch">Steps done of the next epoch; equal to an epoch's steps when only its evaluation is missing.</param>
/// <param name="Step">Optimiser steps done.</param>
/// <param name="KnnTop1">The last validation score.</param>
/// <param name="LastLoss">The last loss that was read.</param>
/// <param name="CollapseChecks">Checks in a row that looked collapsed.</param>
/// <param name="Preprocessing">Size and normalisation of the pictures.</param>
/// <param name="Before">The phases before this one.</param>
public sealed record TrainingPosition(
    int Epoch, int StepInEpoch, long Step, double? KnnTop1, double? LastLoss, int CollapseChecks, Preprocessing Preprocessing, PhasesBefore Before);
