using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Views;

/// <summary>Solarisation (Grill et al. 2020, arXiv 2006.07733, appendix B): bright values become dark. With a threshold of 0 all of them do: a negative.</summary>
public sealed record SolarizePlan
{
    [Description("Probability of solarising. 0.2 for one of two views is BYOL's; 0.5 with a threshold of 0 teaches that a thing and its negative are the same.")]
    [Range(0.0, 1.0)]
    public double Probability { get; init; }

    [Description("Values x from this on become 1 − x.")]
    [Range(0.0, 1.0)]
    public double Threshold { get; init; } = 0.5;
}
