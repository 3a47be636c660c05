using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ContrastiveService.Training.Plans;

/// <summary>
/// Two domains for methods that align them: a source and a target. They are two domains of one data set, or two data sets (all of each, or one domain of each).
/// </summary>
public sealed record DomainsPlan
{
    [Description("The source: a domain of `dataset`. All of it if left out, which needs a targetDataset.")]
    [MaxLength(200)]
    public string? Source { get; init; }

    [Description("The target: a domain of `targetDataset`, or of `dataset` where there is no targetDataset.")]
    [MaxLength(200)]
    public string? Target { get; init; }

    [Description("The data set that the target is in, if it is another one.")]
    [MaxLength(63)]
    public string? TargetDataset { get; init; }

    [Description("Also train on the source alone and, where the target has labels, on the target, with the same encoder and budget: the two ends of the gap that the method "
        + "is to close. Takes up to three times as long. For methods with a classifier.")]
    public bool Baselines { get; init; } = true;
}
