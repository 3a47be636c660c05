using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Views;

/// <summary>Random resized crop (Szegedy 2014, as torchvision defines it).</summary>
public sealed record CropPlan
{
    [Description("Smallest and largest share of the picture's area. [1, 1] with ratio [1, 1] keeps the whole picture.")]
    [Range(0.01, 1.0), Length(2, 2)]
    public double[] Scale { get; init; } = [0.2, 1.0];

    [Description("Smallest and largest width : height of the crop.")]
    [Range(0.1, 10.0), Length(2, 2)]
    public double[] Ratio { get; init; } = [0.75, 4.0 / 3.0];
}
