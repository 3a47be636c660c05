namespace ContrastiveService.Bench.Methods;

/// <summary>What features of Fashion-MNIST's pictures are worth: the test pictures, with the 60,000 training pictures as the bank.</summary>
/// <param name="Knn">Accuracy of kNN with k 20.</param>
/// <param name="Knn200">Accuracy of kNN with k 200.</param>
/// <param name="LinearProbe">Accuracy of a linear classifier on the features; null where it was not asked for.</param>
/// <param name="MapAtR">MAP@R among the test pictures of the classes 5 to 9.</param>
/// <param name="EffectiveRank">RankMe.</param>
/// <param name="EffectiveRankCentered">RankMe of the features less their mean.</param>
internal sealed record MethodScores(double Knn, double Knn200, double? LinearProbe, double MapAtR, double EffectiveRank, double EffectiveRankCentered);
