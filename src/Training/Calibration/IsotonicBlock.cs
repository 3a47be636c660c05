namespace ContrastiveService.Training.Calibration;

/// <summary>A range of scores over which an isotonic fit is constant.</summary>
/// <param name="From">Lowest score in it.</param>
/// <param name="To">Highest score in it.</param>
/// <param name="Value">Weighted mean of its targets.</param>
/// <param name="Weight">Sum of its weights.</param>
internal readonly record struct IsotonicBlock(double From, double To, double Value, double Weight);
