using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Views;

/// <summary>Random rotation about the crop's centre.</summary>
public sealed record RotatePlan
{
    [Description("The angle is drawn uniformly from ± this many degrees; 0 is off.")]
    [Range(0.0, 180.0)]
    public double Degrees { get; init; }

    [Description("Probability of rotating at all.")]
    [Range(0.0, 1.0)]
    public double Probability { get; init; } = 0.5;
}
