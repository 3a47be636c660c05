namespace ContrastiveService.Training.Backbones;

/// <summary>Puts a <see cref="Backbone"/> into the <see cref="BackboneCatalog"/> under the name that the field knows it by.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class BackboneAttribute(string name) : Attribute
{
    /// <summary>The value of <c>backbone.type</c> in a job.</summary>
    public string Name { get; } = name;

    /// <summary>Where it was published.</summary>
    public required string Paper { get; init; }

    /// <summary>One sentence for whoever chooses an encoder.</summary>
    public required string Summary { get; init; }

    /// <summary>Width of its feature vectors.</summary>
    public required int Width { get; init; }

    /// <summary>How many of its <see cref="Backbone.Stages"/> can be frozen.</summary>
    public required int Stages { get; init; }

    /// <summary>The smallest side of a picture, in pixels: what is left of it at the last layer is one pixel.</summary>
    public required int SmallestImage { get; init; }

    /// <summary>The same with the small stem; 0 where the architecture has but one stem.</summary>
    public int SmallestImageSmallStem { get; init; }

    /// <summary>Sides of pictures are multiples of this: the patch of a transformer.</summary>
    public int ImageMultiple { get; init; } = 1;
}
