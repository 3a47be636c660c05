namespace ContrastiveService.Training.Plans;

/// <summary>What to do when the features collapse.</summary>
public enum CollapseAction
{
    /// <summary>Say so on the job and go on.</summary>
    Warn,

    /// <summary>Say so and fail the job.</summary>
    Stop,
}
