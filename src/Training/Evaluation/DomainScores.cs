namespace ContrastiveService.Training.Evaluation;

/// <summary>What one encoder, and the classifier on it, make of two domains, on items that it was not trained on. What could not be measured is null.</summary>
/// <param name="SourceAccuracy">Of the classifier on the source, in [0, 1].</param>
/// <param name="TargetAccuracy">Of the classifier on the target, where that has labels.</param>
/// <param name="DomainAccuracy">How well a linear classifier tells the domains apart by the features: <see cref="DomainDistance.DomainAccuracy"/>.</param>
/// <param name="ProxyADistance"><see cref="DomainDistance.ProxyADistance"/>.</param>
/// <param name="Mmd">The features' squared maximum mean discrepancy with <see cref="Losses.Mmd.Alphas"/>' five kernels, biased estimate: 0 to 10.</param>
public sealed record DomainScores(double? SourceAccuracy, double? TargetAccuracy, double? DomainAccuracy, double? ProxyADistance, double? Mmd)
{
    internal static DomainScores? Of(IReadOnlyDictionary<string, double> results, string prefix)
    {
        var scores = new DomainScores(Found("sourceAccuracy"), Found("targetAccuracy"), Found("domainAccuracy"), Found("proxyADistance"), Found("mmd"));
        return scores == new DomainScores(null, null, null, null, null) ? null : scores;

        double? Found(string name) => results.TryGetValue(prefix + name, out var value) ? value : null;
    }
}
