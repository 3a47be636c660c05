using ContrastiveService.Training.Backbones;

namespace ContrastiveService.Api.Catalog;

/// <summary>An encoder.</summary>
/// <param name="Type">The value of <c>backbone.type</c>.</param>
/// <param name="Width">Length of its vectors.</param>
/// <param name="Stages">How many stages <c>backbone.freeze</c> can keep as they are.</param>
/// <param name="ImageMultiple">Sides of pictures are multiples of this; 1 where any will do.</param>
/// <param name="Stems">The stems it can be built with, and the smallest side of a picture for each, in pixels.</param>
public sealed record BackboneView(string Type, string Summary, string Paper, int Width, int Stages, int ImageMultiple, IReadOnlyDictionary<StemKind, int> Stems)
{
    public static BackboneView Of(BackboneDescriptor b) => new(b.Name, b.Summary, b.Paper, b.Width, b.Stages, b.ImageMultiple, b.SmallestImage);
}
