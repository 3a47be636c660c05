namespace ContrastiveService.Training;

/// <summary>A run that would fail again in the same way: trying again is no help, changing the plan may be. The message says how.</summary>
public sealed class TrainingFailedException(string message) : Exception(message);
