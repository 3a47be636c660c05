using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Views;

/// <summary>Colour jitter: brightness, contrast and saturation factors from 1 ± strength, hue from ± strength / 4 of a turn.</summary>
public sealed record ColorPlan
{
    [Description("How far the factors may stray from 1; 0 is off.")]
    [Range(0.0, 1.0)]
    public double Strength { get; init; } = 0.4;

    [Description("Probability of jittering at all.")]
    [Range(0.0, 1.0)]
    public double Probability { get; init; } = 0.8;
}
