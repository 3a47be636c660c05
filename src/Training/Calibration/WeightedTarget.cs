namespace ContrastiveService.Training.Calibration;

/// <summary>A pair as a fit sees it.</summary>
/// <param name="Score">Its similarity.</param>
/// <param name="Target">What the probability there should be, in [0, 1].</param>
/// <param name="Weight">How much it counts; over 0.</param>
internal readonly record struct WeightedTarget(double Score, double Target, double Weight);
