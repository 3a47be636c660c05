using System.Text.Json.Serialization;

namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <param name="BatchSize">Of the plan.</param>
/// <param name="LearningRateMultiplier">As asked for: a number or <c>auto</c>.</param>
/// <param name="Epochs">Of the plan.</param>
public sealed record HyperparametersView(
    [property: JsonPropertyName("batch_size")] int BatchSize,
    [property: JsonPropertyName("learning_rate_multiplier")] object LearningRateMultiplier,
    [property: JsonPropertyName("n_epochs")] int Epochs);
