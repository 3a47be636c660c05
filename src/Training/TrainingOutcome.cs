namespace ContrastiveService.Training;

/// <summary>How a run that did not fail came to its end.</summary>
public enum TrainingOutcome
{
    /// <summary>All epochs are done and the last checkpoint is saved.</summary>
    Completed,

    /// <summary>It was asked to stop and saved its state.</summary>
    Stopped,
}
