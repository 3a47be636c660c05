namespace ContrastiveService.Training.Evaluation;

/// <summary>What "nearest" means.</summary>
public enum RetrievalMetric
{
    /// <summary>The largest cosine.</summary>
    Cosine,

    /// <summary>The smallest Euclidean distance between the rows as they are.</summary>
    Euclidean,
}
