namespace ContrastiveService.Training.Evaluation;

/// <summary>
/// What a method that aligns two domains has gained, told as by Ganin et al. 2016 (arXiv 1505.07818, table 1): between training on the source alone and training on the
/// target. All encoders have the same architecture, seed and budget.
/// </summary>
/// <param name="TargetEvaluatedOn">The target's split that all this is measured on, such as <c>test</c>.</param>
/// <param name="Untrained">Of the encoder before its first step.</param>
/// <param name="SourceOnly">Trained on the source alone; null without baselines.</param>
/// <param name="TargetTrained">Trained on the target with its labels; null without those, or without baselines.</param>
/// <param name="Adapted">Of the job's own method.</param>
/// <param name="GapCovered">(adapted − source only)/(target trained − source only) of the target's accuracy: 0 gained nothing, 1 all there is. Null where an accuracy is missing
/// or there is no gap.</param>
public sealed record DomainReport(
    string TargetEvaluatedOn, DomainScores? Untrained, DomainScores? SourceOnly, DomainScores? TargetTrained, DomainScores? Adapted, double? GapCovered)
{
    internal const string BeforeTraining = "untrained.", OnSource = "sourceOnly.", OnTarget = "targetTrained.";

    /// <summary>Reads the results of a job's phases.</summary>
    /// <param name="results">By phase and name.</param>
    /// <param name="split">The target's split that they were measured on.</param>
    internal static DomainReport Of(IReadOnlyDictionary<string, double> results, string split) => new(
        split, DomainScores.Of(results, BeforeTraining), DomainScores.Of(results, OnSource), DomainScores.Of(results, OnTarget), DomainScores.Of(results, ""), GapCoveredBy(results));

    internal static double? GapCoveredBy(IReadOnlyDictionary<string, double> results)
    {
        if (DomainScores.Of(results, OnSource)?.TargetAccuracy is not { } least || DomainScores.Of(results, OnTarget)?.TargetAccuracy is not { } most || most <= least)
            return null;
        return (DomainScores.Of(results, "")?.TargetAccuracy - least) / (most - least);
    }
}
