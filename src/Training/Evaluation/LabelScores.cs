namespace ContrastiveService.Training.Evaluation;

/// <summary>How well features fit the labels. All in [0, 1]; null or absent where there was nothing held out to measure on.</summary>
/// <param name="Knn">Accuracy of the kNN classifier by its k: queries against the bank.</param>
/// <param name="LinearProbe">Accuracy of a linear classifier that is fitted on the bank: queries against the bank.</param>
/// <param name="Retrieval">The queries among themselves.</param>
/// <param name="Nmi">Agreement of k-means clusters of the queries, as many as classes, with the classes.</param>
public sealed record LabelScores(IReadOnlyDictionary<int, double> Knn, double? LinearProbe, RetrievalScores Retrieval, double Nmi);
