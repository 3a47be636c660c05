namespace ContrastiveService.Training.Optimizers;

/// <summary>The curves that follow warm-up.</summary>
public enum ScheduleKind
{
    Cosine,
    Constant,

    /// <summary>A stair: a factor less from each milestone on.</summary>
    Step,

    /// <summary>(1 + αp)^−β of the progress p.</summary>
    Inverse,
}
