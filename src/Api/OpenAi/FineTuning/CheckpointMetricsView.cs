using System.Text.Json.Serialization;

namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <param name="Step">Optimiser steps.</param>
/// <param name="TrainLoss">The last loss that was read up to then.</param>
public sealed record CheckpointMetricsView(long Step, [property: JsonPropertyName("train_loss")] double? TrainLoss);
