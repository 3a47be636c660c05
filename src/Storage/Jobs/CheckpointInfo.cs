namespace ContrastiveService.Storage.Jobs;

/// <summary>Where training stood. <c>Score</c> ranks checkpoints, higher is better; null while nothing was evaluated.</summary>
public sealed record CheckpointInfo(int Epoch, long Step, double? Score);
