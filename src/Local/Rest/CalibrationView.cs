namespace ContrastiveService.Local.Rest;

/// <summary>What a model version's card says of its probabilities.</summary>
internal sealed record CalibrationView(
    string? Reason, string? Method, PairCountsView Checking, IReadOnlyList<CalibrationQualityView> Quality, IReadOnlyList<ReliabilityBinView> Reliability,
    IReadOnlyList<OperatingPointView> OperatingPoints)
{
    /// <summary>Of the fit that is used; null where there is none.</summary>
    public CalibrationQualityView? Used => Quality.FirstOrDefault(quality => quality.Method == Method);
}

/// <summary>What something was measured on.</summary>
internal sealed record PairCountsView(int Pictures, int Positives, int Negatives);

/// <summary>How well the probabilities of a fit hold.</summary>
internal sealed record CalibrationQualityView(string Method, double LogLoss, double Brier, double ExpectedCalibrationError);

/// <summary>What was said and what was so, among the pairs whose probability fell into a bin.</summary>
internal sealed record ReliabilityBinView(double Weight, double Said, double Found, int Pairs);
