using System.Reflection;

namespace ContrastiveService.Training.Backbones;

/// <summary>A backbone as the catalog knows it.</summary>
/// <param name="Name">The value of <c>backbone.type</c>.</param>
/// <param name="Paper">Its source.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Width">Width of its feature vectors.</param>
/// <param name="SmallestImage">Smallest side of a picture by stem, in pixels; a single entry <see cref="StemKind.Standard"/> where there is but one stem.</param>
/// <param name="ImageMultiple">Sides of pictures are multiples of this; 1 where any will do.</param>
/// <param name="Stages">How many stages can be frozen.</param>
/// <param name="BackboneType">The <see cref="Backbone"/> itself.</param>
public sealed record BackboneDescriptor(
    string Name, string Paper, string Summary, int Width, IReadOnlyDictionary<StemKind, int> SmallestImage, int ImageMultiple, int Stages,
    Type BackboneType)
{
    /// <summary>Smallest side of a picture with this stem; an architecture with one stem takes any value for it.</summary>
    public int SmallestImageWith(StemKind stem) => SmallestImage.TryGetValue(stem, out var size) ? size : SmallestImage[StemKind.Standard];

    /// <summary>The size nearest above that it takes.</summary>
    public int FittingImage(StemKind stem, int size)
    {
        var large = Math.Max(size, SmallestImageWith(stem));
        return (large + ImageMultiple - 1) / ImageMultiple * ImageMultiple;
    }

    /// <summary>Builds it with whatever weights its layers draw by themselves.</summary>
    internal Backbone Build(BackbonePlan plan, int channels, int imageSize)
    {
        var given = new Dictionary<string, object> { [nameof(plan)] = plan, [nameof(channels)] = channels, [nameof(imageSize)] = imageSize };
        var constructor = BackboneType.GetConstructors().Single();
        return (Backbone)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, [.. constructor.GetParameters().Select(parameter => given[parameter.Name!])], null);
    }

    internal static bool CanBuild(Type type) => type.GetConstructors() is [var only] && only.GetParameters().All(parameter =>
        (parameter.Name, parameter.ParameterType) is ("plan", { } plan) && plan == typeof(BackbonePlan)
        || parameter.Name is "channels" or "imageSize" && parameter.ParameterType == typeof(int));
}
