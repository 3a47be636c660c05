namespace ContrastiveService.Training.Methods;

/// <summary>What makes two pictures belong together.</summary>
public enum PairSource
{
    /// <summary>Labels where every item has one, else instances.</summary>
    Auto,

    /// <summary>Having the same label.</summary>
    Labels,

    /// <summary>Being views of the same picture.</summary>
    Instances,
}
