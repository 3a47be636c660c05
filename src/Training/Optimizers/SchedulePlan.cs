using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Optimizers;

/// <summary>The learning rate over the run: linear warm-up, then the named curve, moved every step.</summary>
public sealed record SchedulePlan
{
    [Description("cosine (to finalRatio × the peak) | constant.")]
    public ScheduleKind Type { get; init; } = ScheduleKind.Cosine;

    [Description("Epochs of linear warm-up from 0.")]
    [Range(0.0, 1000.0)]
    public double WarmupEpochs { get; init; } = 1;

    [Description("Where the cosine ends, as a share of the peak.")]
    [Range(0.0, 1.0)]
    public double FinalRatio { get; init; }
}
