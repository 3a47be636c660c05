using ContrastiveService.Api.Errors;
using ContrastiveService.Training.Calibration;
using ContrastiveService.Training.Evaluation;
using ContrastiveService.Training.Inference;

namespace ContrastiveService.Api.Similarity;

/// <summary>What a model's calibration says of cosines, to callers who chose a prior; where it has none, why.</summary>
sealed class Likelihood(ModelCard card, double prior)
{
    private const string NotCalibrated = "This version was made before similarities were calibrated; train the model again to have it calibrated.";

    /// <summary>Why there is no probability; null where there is one.</summary>
    public string? Reason => card.Calibration is { } calibration ? calibration.Reason : NotCalibrated;

    /// <summary>P(same); null with a reason.</summary>
    public double? ProbabilitySame(double cosine) => card.Calibration?.ProbabilitySame(cosine, prior);

    /// <summary>The threshold at a false positive rate; without one there is a reason.</summary>
    public OperatingPoint At(double falsePositiveRate) => card.Calibration?.At(falsePositiveRate) ?? new(falsePositiveRate, null, null, NotCalibrated);

    /// <summary>The prior that was asked for, or an equal one.</summary>
    /// <exception cref="ApiException">400: it is not between 0 and 1.</exception>
    public static double RequirePrior(double? prior) => Share(prior ?? Prior.Equal, "prior", "the share of pairs that are the same among those that are asked about");

    /// <summary>The rate that was asked for, or 1 %.</summary>
    /// <exception cref="ApiException">400: it is not between 0 and 1.</exception>
    public static double RequireRate(double? falsePositiveRate) =>
        Share(falsePositiveRate ?? 0.01, "falsePositiveRate", "the share of pairs that are not the same that may be accepted, such as 0.01");

    private static double Share(double value, string member, string meaning) =>
        value is > 0 and < 1 ? value : throw ApiException.BadRequest(member, FormattableString.Invariant($"{member} is {value}; it must lie between 0 and 1: {meaning}."));
}
