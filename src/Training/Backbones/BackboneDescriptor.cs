namespace ContrastiveService.Training.Backbones;

/// <summary>A backbone as the catalog knows it.</summary>
/// <param name="Name">The value of <c>backbone.type</c>.</param>
/// <param name="Paper">Its source.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Width">Width of its feature vectors.</param>
/// <param name="SmallestImage">Smallest side of a picture by stem, in pixels; a single entry <see cref="StemKind.Standard"/> where there is but one stem.</param>
/// <param name="BackboneType">The <see cref="Backbone"/> itself.</param>
public sealed record BackboneDescriptor(
    string Name, string Paper, string Summary, int Width, IReadOnlyDictionary<StemKind, int> SmallestImage, Type BackboneType)
{
    /// <summary>Smallest side of a picture with this stem; an architecture with one stem takes any value for it.</summary>
    public int SmallestImageWith(StemKind stem) => SmallestImage.TryGetValue(stem, out var size) ? size : SmallestImage[StemKind.Standard];
}
