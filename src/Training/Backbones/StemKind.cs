namespace ContrastiveService.Training.Backbones;

/// <summary>The first layers of an encoder. <see cref="Auto"/> is resolved to one of the others before a plan is stored.</summary>
public enum StemKind
{
    Auto,
    Small,
    Standard,
}
