namespace ContrastiveService.Training.Plans;

/// <summary>A plan that cannot be run, with everything that is wrong with it.</summary>
public sealed class PlanException(IReadOnlyList<PlanError> errors)
    : Exception(string.Join(" ", errors.Select(e => e.Param.Length == 0 ? e.Message : $"{e.Param}: {e.Message}")))
{
    public PlanException(string param, string message)
        : this([new PlanError(param, message)])
    {
    }

    /// <summary>At least one.</summary>
    public IReadOnlyList<PlanError> Errors { get; } = errors;
}
