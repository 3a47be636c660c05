namespace ContrastiveService.Training.Optimizers;

/// <summary>How the optimiser treats a parameter, where that differs from the plan (layer-wise options).</summary>
/// <param name="LearningRateFactor">Times the learning rate.</param>
/// <param name="Scheduled">Whether the learning rate follows the plan's schedule; else it stays at the peak (times the factor) from the first step on.</param>
/// <param name="Decays">Whether weight decay reaches it, and LARS's adaptation; vectors are left out anyway.</param>
public sealed record ParameterRule(double LearningRateFactor = 1, bool Scheduled = true, bool Decays = true)
{
    /// <summary>As the plan says.</summary>
    public static ParameterRule AsPlanned { get; } = new();
}
