using ContrastiveService.Training.Inference;

namespace ContrastiveService.Api.Similarity;

/// <summary>Pairs of pictures that do not belong together, drawn when the model was made.</summary>
/// <param name="Pairs">How many.</param>
/// <param name="DifferentLabels">Whether they have different labels, or, without labels, are merely different pictures.</param>
/// <param name="Split">Where they came from.</param>
public sealed record BackgroundView(int Pairs, bool DifferentLabels, string Split)
{
    public static BackgroundView Of(Background b) => new(b.Pairs, b.DifferentLabels, b.Split);
}
