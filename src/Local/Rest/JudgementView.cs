namespace ContrastiveService.Local.Rest;

/// <summary>What a model version's card says of its worth.</summary>
internal sealed record JudgementView(int BankItems, int QueryItems, ScoresView? Scores, VerificationView? Verification, FloorsView? Floors);

/// <summary>How features fit the labels. Accuracies by k, all in [0, 1].</summary>
internal sealed record ScoresView(IReadOnlyDictionary<int, double> Knn, double? LinearProbe, RetrievalView Retrieval, double Nmi);

/// <summary>How items find others of their class.</summary>
internal sealed record RetrievalView(double RecallAt1, double? MapAtR);

/// <summary>The same of what needs no training.</summary>
internal sealed record FloorsView(ScoresView RawPixels, ScoresView CenteredPixels, ScoresView? Untrained);

/// <summary>Histograms of cosines over [−1, 1], and where a verifier may be set.</summary>
internal sealed record VerificationView(
    IReadOnlyList<int> Positives, IReadOnlyList<int> Negatives, double? RocAuc, double? EqualErrorRate, IReadOnlyList<OperatingPointView> OperatingPoints);

/// <summary>The threshold for a false positive rate; null, with the reason, where there were too few pairs.</summary>
internal sealed record OperatingPointView(double FalsePositiveRate, double? Threshold, double? MissRate, string? Reason);
