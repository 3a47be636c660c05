namespace ContrastiveService.Training.Methods;

/// <summary>What a method does with labels.</summary>
public enum LabelUse
{
    /// <summary>Labels never reach the loss.</summary>
    Ignored,

    /// <summary>Every training item must have a label.</summary>
    Required,
}
