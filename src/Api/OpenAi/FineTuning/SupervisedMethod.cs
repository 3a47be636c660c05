namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <param name="Hyperparameters">How long, how many at once, how fast.</param>
public sealed record SupervisedMethod(FineTuningHyperparameters? Hyperparameters);
