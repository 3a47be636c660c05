namespace ContrastiveService.Training.Methods;

/// <summary>What kinds of view are contrasted.</summary>
public enum CmcViews
{
    /// <summary>Groups where every item belongs to one, else colour.</summary>
    Auto,

    /// <summary>Brightness and colours of one picture.</summary>
    Color,

    /// <summary>Pictures of one thing, such as from several sides or by several sensors.</summary>
    Groups,
}
