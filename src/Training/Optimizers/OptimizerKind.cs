namespace ContrastiveService.Training.Optimizers;

/// <summary>The update rules there are.</summary>
public enum OptimizerKind
{
    Sgd,
    Adam,
    Adamw,
    Lars,
}
