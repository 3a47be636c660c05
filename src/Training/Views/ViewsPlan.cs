using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Views;

/// <summary>How a random view of a picture is made: crop, rotation and flip in one affine map, then colour in one matrix, then blur, then solarisation.</summary>
public sealed record ViewsPlan
{
    [Description("Random crop, resized back to imageSize.")]
    public CropPlan Crop { get; init; } = new();

    [Description("Probability of a horizontal flip.")]
    [Range(0.0, 1.0)]
    public double Flip { get; init; } = 0.5;

    [Description("Random rotation; leave it off where labels depend on orientation.")]
    public RotatePlan Rotate { get; init; } = new();

    [Description("Colour jitter.")]
    public ColorPlan Color { get; init; } = new();

    [Description("Probability of turning a colour picture grey.")]
    [Range(0.0, 1.0)]
    public double Grey { get; init; } = 0.2;

    [Description("Gaussian blur.")]
    public BlurPlan Blur { get; init; } = new();

    [Description("Solarisation, after all else.")]
    public SolarizePlan Solarize { get; init; } = new();

    [Description("Views that hardly differ from the picture, where a method asks for such.")]
    public WeakViewPlan Weak { get; init; } = new();

    [Description("Small crops, where a method asks for such.")]
    public LocalViewPlan Local { get; init; } = new();
}
