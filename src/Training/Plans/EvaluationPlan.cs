using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Plans;

/// <summary>What is measured while training.</summary>
public sealed record EvaluationPlan
{
    [Description("Evaluate after every this many epochs (and before the first and after the last); 0 is never. If left out: as often as takes at most about a tenth of the time, which is "
        + "nearly every epoch from some thirty thousand items on; where even two are too much for a short run, they look at fewer items. A collapse is looked for in every epoch all the same.")]
    [Range(0, 100_000)]
    public int EveryEpochs { get; init; } = 1;

    [Description("Neighbours of the weighted kNN classifier; the first is reported as knnTop1, others as knnTop1K<k>. Needs labels.")]
    [Range(1, 10_000), Length(1, 8)]
    public int[] Knn { get; init; } = [20, 200];

    [Description("At most this many training items in the kNN bank, chosen by the seed.")]
    [Range(16, 10_000_000)]
    public int BankItems { get; init; } = 10_000;

    [Description("At most this many validation items as queries, chosen by the seed.")]
    [Range(16, 10_000_000)]
    public int QueryItems { get; init; } = 2_000;

    [Description("Share of the training items held out for validation where the data set brings no val split.")]
    [Range(0.0, 0.5)]
    public double ValidationShare { get; init; } = 0.1;

    [Description("Write the step's loss and learning rate every this many steps.")]
    [Range(1, 100_000)]
    public int MetricsEverySteps { get; init; } = 10;
}
