namespace ContrastiveService.Training.Losses;

/// <summary>What a pair at distance D costs. Papers and libraries disagree.</summary>
public enum ContrastiveForm
{
    /// <summary>½D² and ½[m − D]₊² (Hadsell 2006).</summary>
    Hadsell,

    /// <summary>D and [m − D]₊.</summary>
    Distance,

    /// <summary>D² and [m − D²]₊.</summary>
    SquaredDistance,
}
