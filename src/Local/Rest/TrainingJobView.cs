using System.Text.Json;

namespace ContrastiveService.Local.Rest;

/// <summary>What we read of a training job.</summary>
internal sealed record TrainingJobView(Guid Id, string State, JobProgress? Progress, string? Error, string? ModelVersion, JsonElement? Plan)
{
    public bool Ended => State is "succeeded" or "failed" or "cancelled";
}
