namespace ContrastiveService.Training.Evaluation;

/// <summary>What features are worth, on items that neither trained nor chose them.</summary>
/// <param name="BankItems">Labelled items that kNN and the linear probe learn from.</param>
/// <param name="QueryItems">Items that were asked about.</param>
/// <param name="Features">How the queries' features lie; null when they are not finite.</param>
/// <param name="Scores">How they fit the labels; null without labels of two classes, or when they are not finite.</param>
/// <param name="Verification">How well the cosine tells pairs of one class from others; null as <paramref name="Scores"/>.</param>
/// <param name="Reason">Why something is missing, else null.</param>
public sealed record Judgement(
    int BankItems, int QueryItems, FeatureShape? Features, LabelScores? Scores, VerificationScores? Verification, string? Reason)
{
    /// <summary>Mean squared distance of two random views of a picture on the sphere, 0 to 4, over the first few queries; null where no encoder or no number was at hand.</summary>
    public double? Alignment { get; init; }

    /// <summary>What is to be beaten; null where there are no scores.</summary>
    public Floors? Floors { get; init; }
}
