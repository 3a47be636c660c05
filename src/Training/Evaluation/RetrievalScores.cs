namespace ContrastiveService.Training.Evaluation;

/// <summary>How well items find others of their class. All in [0, 1].</summary>
/// <param name="RecallAt1">Share of all queries with one of their class as the nearest; queries whose class has no other member count as misses.</param>
/// <param name="RecallAt5">The same among the five nearest.</param>
/// <param name="RecallAt10">The same among the ten nearest.</param>
/// <param name="PrecisionAt1">As <paramref name="RecallAt1"/>, but queries whose class has no other member are left out; null when that leaves none.</param>
/// <param name="MapAtR">Mean average precision at R (Musgrave et al. 2020, arXiv 2003.08505, section 3.2), with the same queries left out; null when that leaves none.</param>
public sealed record RetrievalScores(double RecallAt1, double RecallAt5, double RecallAt10, double? PrecisionAt1, double? MapAtR);
