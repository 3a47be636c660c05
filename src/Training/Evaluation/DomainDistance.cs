namespace ContrastiveService.Training.Evaluation;

/// <summary>How far apart two domains lie in feature space.</summary>
/// <param name="ProxyADistance">2(1 − 2ε) in [−2, 2]: near 0 when no linear classifier tells the domains apart, 2 when one does without error; below 0 by chance only.</param>
/// <param name="DomainAccuracy">1 − ε in [0, 1]: the classifier's accuracy on the half that it was not fitted on, both domains counting the same.</param>
public sealed record DomainDistance(double ProxyADistance, double DomainAccuracy);
