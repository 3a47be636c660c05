using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Views;

/// <summary>Gaussian blur with a random width.</summary>
public sealed record BlurPlan
{
    [Description("Probability of blurring.")]
    [Range(0.0, 1.0)]
    public double Probability { get; init; } = 0.5;

    [Description("Smallest and largest standard deviation, in pixels.")]
    [Range(0.01, 50.0), Length(2, 2)]
    public double[] Sigma { get; init; } = [0.1, 2.0];
}
