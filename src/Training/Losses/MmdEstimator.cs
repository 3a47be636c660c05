namespace ContrastiveService.Training.Losses;

/// <summary>How the squared maximum mean discrepancy is estimated from two batches (Gretton et al. 2012, JMLR 13, sections 2.2 and 6).</summary>
public enum MmdEstimator
{
    /// <summary>Over all pairs of different rows: without bias, and so below 0 at times.</summary>
    Quadratic,

    /// <summary>Over pairs of neighbouring rows only, in time linear in the batch: without bias, with more noise.</summary>
    Linear,

    /// <summary>Over all pairs, rows with themselves among them (the V-statistic): never below 0, and above it for finite batches of one distribution.</summary>
    Biased,
}
