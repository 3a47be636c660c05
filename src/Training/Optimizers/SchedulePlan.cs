using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Optimizers;

/// <summary>The learning rate over the run: linear warm-up, then the named curve, moved every step. Members that a curve does not use are ignored by it.</summary>
public sealed record SchedulePlan
{
    [Description("cosine (to finalRatio × the peak) | constant | step (times gamma at each of the milestones) | inverse ((1 + alpha·p)^−beta × the peak, p from 0 after warm-up to 1 "
        + "at the end, as for domain-adversarial training).")]
    public ScheduleKind Type { get; init; } = ScheduleKind.Cosine;

    [Description("Epochs of linear warm-up from 0.")]
    [Range(0.0, 1000.0)]
    public double WarmupEpochs { get; init; } = 1;

    [Description("Where the cosine ends, as a share of the peak.")]
    [Range(0.0, 1.0)]
    public double FinalRatio { get; init; }

    [Description("Where the steps of `step` are, as shares of the run.")]
    [Range(0.0, 1.0), Length(1, 16)]
    public double[] Milestones { get; init; } = [0.6, 0.8];

    [Description("What the rate is multiplied by at each of them.")]
    [Range(0.0, 1.0)]
    public double Gamma { get; init; } = 0.1;

    [Description("α of `inverse`: how fast the rate falls at first.")]
    [Range(0.0, 1000.0)]
    public double Alpha { get; init; } = 10;

    [Description("β of `inverse`: how far it falls, to (1 + α)^−β of the peak.")]
    [Range(0.0, 10.0)]
    public double Beta { get; init; } = 0.75;
}
