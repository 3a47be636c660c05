using System.Text.Json;
using System.Text.Json.Serialization;

namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <summary>Each a number or <c>auto</c>, which leaves it to the method and the data.</summary>
/// <param name="Epochs">Passes over the training items: the plan's <c>epochs</c>.</param>
/// <param name="BatchSize">The plan's <c>batchSize</c>.</param>
/// <param name="LearningRateMultiplier">Times the learning rate that the plan would have without it.</param>
public sealed record FineTuningHyperparameters(
    [property: JsonPropertyName("n_epochs")] JsonElement? Epochs,
    [property: JsonPropertyName("batch_size")] JsonElement? BatchSize,
    [property: JsonPropertyName("learning_rate_multiplier")] JsonElement? LearningRateMultiplier);
