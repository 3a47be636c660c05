using System.Text.Json;
using ContrastiveService.Storage.Models;
using ContrastiveService.Training.Inference;

namespace ContrastiveService.Api.Models;

/// <summary>A version of a model.</summary>
/// <param name="Model">Its full name, as requests take it: <c>name:version</c>.</param>
/// <param name="Width">Length of its embeddings.</param>
/// <param name="Weights">Where its encoder's weights download as safetensors.</param>
/// <param name="Calibration">What P(same) and the thresholds of similarities rest on; null on versions that were made before there were any. Left out of lists.</param>
/// <param name="Card">Final numbers, the judgement with its floors, preprocessing and background; left out of lists.</param>
/// <param name="Plan">Everything it was trained with; left out of lists.</param>
public sealed record VersionView(
    string Model, string Name, int Version, IReadOnlyList<string> Aliases, int Width, Guid JobId, Guid CheckpointId, string Weights, DateTime CreatedAt,
    CalibrationView? Calibration, JsonElement? Card, JsonElement? Plan)
{
    public static VersionView Of(ModelVersion v) => InList(v) with
    {
        Calibration = ModelCard.FromJson(v.Card).Calibration is { } calibration ? CalibrationView.Of(calibration) : null,
        Card = JsonElement.Parse(v.Card),
        Plan = JsonElement.Parse(v.Plan),
    };

    public static VersionView InList(ModelVersion v) =>
        new(
            $"{v.Model}:{v.Version}", v.Model, v.Version, v.Aliases, v.Width, v.JobId, v.CheckpointId, $"/api/v1/checkpoints/{v.CheckpointId}/weights",
            v.CreatedAt, null, null, null);
}
