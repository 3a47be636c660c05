using ContrastiveService.Api.Inference;
using ContrastiveService.Training.Explanation;

namespace ContrastiveService.Api.Similarity;

/// <summary>Which parts of two pictures make them alike.</summary>
public sealed record ExplanationView(HeatMapView A, HeatMapView B)
{
    internal static ExplanationView Of(Explained explained)
    {
        var (explanation, size, channels) = (explained.Explanation, explained.Preprocessing.Size, explained.Preprocessing.Channels);
        // One scale for both, so that the same colour means the same.
        var largest = explanation.A.Values.Concat(explanation.B.Values).Max(MathF.Abs);
        return new(View(explanation.A, explanation.RemainderA, explained.A), View(explanation.B, explanation.RemainderB, explained.B));

        HeatMapView View(HeatMap map, double remainder, byte[] picture) => new(
            [.. map.Values.Chunk(map.Columns)], remainder, "data:image/png;base64," + Convert.ToBase64String(HeatOverlay.Draw(picture, size, channels, map, largest)));
    }
}
