using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Views;

/// <summary>Views that hardly differ from the picture, for classifiers, teachers and pseudo-labels: a crop and a flip, no colour and no blur.</summary>
public sealed record WeakViewPlan
{
    [Description("Smallest and largest share of the picture's area; [1, 1] keeps the whole picture.")]
    [Range(0.01, 1.0), Length(2, 2)]
    public double[] Scale { get; init; } = [0.8, 1.0];

    [Description("Probability of a horizontal flip.")]
    [Range(0.0, 1.0)]
    public double Flip { get; init; } = 0.5;

    /// <summary>The same as a whole plan of views.</summary>
    internal ViewsPlan AsViews() => new()
    {
        Crop = new CropPlan { Scale = Scale, Ratio = Scale[0] < 1 ? [0.9, 1 / 0.9] : [1, 1] },
        Flip = Flip,
        Color = new ColorPlan { Strength = 0 },
        Grey = 0,
        Blur = new BlurPlan { Probability = 0 },
    };
}
