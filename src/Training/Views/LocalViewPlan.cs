using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Views;

/// <summary>Small crops beside the full views, for methods with multi-crop (Caron 2020, arXiv 2006.09882, section 3.3): cheap, and each shows a part only.</summary>
public sealed record LocalViewPlan
{
    [Description("Smallest and largest share of the picture's area.")]
    [Range(0.01, 1.0), Length(2, 2)]
    public double[] Scale { get; init; } = [0.05, 0.4];

    [Description("Side of a small crop, in pixels; 3/7 of imageSize (96 for 224) if left out.")]
    [Range(4, 1024)]
    public int? Size { get; init; }
}
