namespace ContrastiveService.Training.Losses;

/// <summary>Which pairs of a batch a mean is taken over. Peers differ; positives and negatives are averaged separately either way.</summary>
public enum PairAverage
{
    /// <summary>Only pairs that still cost something, so that the gradient does not fade as more and more pairs are beyond the margin.</summary>
    NonZero,

    /// <summary>All pairs.</summary>
    All,
}
