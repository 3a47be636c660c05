namespace ContrastiveService.Storage.Jobs;

/// <summary>A job as it shall be, and the event that says so.</summary>
sealed record JobMove(TrainingJob Next, string Type, string Message);
