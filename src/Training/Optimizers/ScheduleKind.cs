namespace ContrastiveService.Training.Optimizers;

/// <summary>The curves that follow warm-up.</summary>
public enum ScheduleKind
{
    Cosine,
    Constant,
}
