namespace ContrastiveService.Training.Calibration;

/// <summary>A bar of the reliability diagram: what was said against what was so, among the pairs whose probability falls into it.</summary>
/// <param name="Weight">Its share of all pairs, either kind as a whole counting half.</param>
/// <param name="Said">Mean probability.</param>
/// <param name="Found">Share that is the same.</param>
/// <param name="Pairs">How many pairs; 0 on cards that were written before they were counted.</param>
public sealed record ReliabilityBin(double Weight, double Said, double Found, int Pairs);
