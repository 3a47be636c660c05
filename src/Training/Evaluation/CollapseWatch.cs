using System.Globalization;

namespace ContrastiveService.Training.Evaluation;

/// <summary>
/// Tells, from one evaluation to the next, when features have collapsed: their normalised standard deviation is under a tenth of the healthy 1/√d,
/// or their effective rank under 2, twice in a row. It speaks once; if the features recover, it may speak again.
/// </summary>
/// <param name="checksInARow">How many of the last checks were bad: 0 for a new run, <see cref="ChecksInARow"/> of the saved one to go on exactly.</param>
public sealed class CollapseWatch(int checksInARow = 0)
{
    private const double HealthyShare = 0.1;
    private const double LeastRank = 2;
    private const int LeastWidth = 4;
    private const int ChecksNeeded = 2;

    /// <summary>The whole state.</summary>
    public int ChecksInARow { get; private set; } = checksInARow;

    /// <summary>Takes in one evaluation.</summary>
    /// <param name="std"><see cref="Spectrum.NormalizedStd"/> of the features.</param>
    /// <param name="effectiveRank"><see cref="Spectrum.EffectiveRank"/> of the features; ignored below a width of 4, where it is never far over 2.</param>
    /// <param name="width">d, the features' width.</param>
    /// <returns>The verdict on the check that settles it, else null.</returns>
    public CollapseVerdict? Observe(double std, double effectiveRank, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        var bad = Judge(std, effectiveRank, width);
        ChecksInARow = bad is null ? 0 : ChecksInARow + 1;
        return ChecksInARow == ChecksNeeded ? bad : null;
    }

    private static CollapseVerdict? Judge(double std, double rank, int width)
    {
        var healthy = 1 / Math.Sqrt(width);
        if (!double.IsFinite(std) || !double.IsFinite(rank))
        {
            return new(
                CollapseKind.NotFinite,
                "The features are not finite numbers any more. The likely cause is a learning rate that is too high: lower optimizer.learningRate or lengthen schedule.warmupEpochs.");
        }

        if (std < HealthyShare * healthy)
        {
            return new(CollapseKind.Point, string.Create(
                CultureInfo.InvariantCulture,
                $"All pictures get nearly the same vector: the standard deviation of the normalised features is {std:G3}, where {healthy:G3} is healthy. ")
                + "Likely causes: nothing pushes strangers apart (no negatives in the batch, a margin or temperature that is too large, hard mining from scratch), "
                + "or a learning rate that is too high.");
        }

        if (width >= LeastWidth && rank < LeastRank)
        {
            return new(CollapseKind.Line, string.Create(
                CultureInfo.InvariantCulture, $"The features vary along one direction only: their effective rank is {rank:G3} of {width}. ")
                + "Likely causes: views so alike that one cue, such as brightness, tells pictures apart (strengthen views), or a weight decay or learning rate that is too high.");
        }

        return null;
    }
}
