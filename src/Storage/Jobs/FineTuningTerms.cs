namespace ContrastiveService.Storage.Jobs;

/// <summary>
/// What a fine-tuning request said beyond the plan. <c>Method</c> is the name that it gave the method where that is not the plan's; <c>Metadata</c> is a
/// JSON object of texts.
/// </summary>
public sealed record FineTuningTerms(string? Suffix, string? Method, double? LearningRateMultiplier, string? Metadata);
