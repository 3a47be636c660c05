namespace ContrastiveService.Training.Evaluation;

/// <summary>What needs no training and is to be beaten, measured on the same items by the same code.</summary>
/// <param name="RawPixels">The pixels themselves, in [0, 1].</param>
/// <param name="CenteredPixels">The pixels less each pixel's mean over the bank, or over the queries where there is no bank.</param>
/// <param name="Untrained">The network of the same seed before its first step; null when its features are not finite.</param>
/// <param name="PixelSide">Side of the pictures that the pixels were taken from; larger ones were averaged down to it.</param>
public sealed record Floors(LabelScores RawPixels, LabelScores CenteredPixels, LabelScores? Untrained, int PixelSide);
