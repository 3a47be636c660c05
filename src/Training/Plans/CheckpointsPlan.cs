using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Plans;

/// <summary>When the state is saved. A run that is stopped saves its state besides.</summary>
public sealed record CheckpointsPlan
{
    [Description("Save after every this many epochs; the last epoch always saves.")]
    [Range(1, 100_000)]
    public int EveryEpochs { get; init; } = 1;

    [Description("Save within an epoch when this many minutes have passed since the last time; 0 is off.")]
    [Range(0.0, 10_000.0)]
    public double EveryMinutes { get; init; } = 10;

    [Description("How many of the newest to keep, besides the best.")]
    [Range(1, 1000)]
    public int Keep { get; init; } = 3;
}
