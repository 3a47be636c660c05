using System.Text.Json.Serialization;
using ContrastiveService.Storage.Jobs;

namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <summary>A saved state of a job; <c>/api/v1/checkpoints/{id}/weights</c> has its weights.</summary>
/// <param name="Object"><c>fine_tuning.job.checkpoint</c>.</param>
/// <param name="CreatedAt">Seconds since 1970.</param>
/// <param name="Model">
/// The model that it became, as <c>name:version</c>; null for a checkpoint that became none, because <c>/v1/embeddings</c> would not take it.
/// </param>
/// <param name="StepNumber">Optimiser steps.</param>
public sealed record FineTuningCheckpointView(
    string Id,
    string Object,
    [property: JsonPropertyName("created_at")] long CreatedAt,
    [property: JsonPropertyName("fine_tuned_model_checkpoint")] string? Model,
    [property: JsonPropertyName("fine_tuning_job_id")] string JobId,
    CheckpointMetricsView Metrics,
    [property: JsonPropertyName("step_number")] long StepNumber)
{
    /// <param name="c">The checkpoint.</param>
    /// <param name="job">Its job.</param>
    /// <param name="loss">The last one up to its step; null where there is none, or no finite one.</param>
    public static FineTuningCheckpointView Of(Checkpoint c, TrainingJob job, double? loss) =>
        new(
            c.Id.ToString(),
            "fine_tuning.job.checkpoint",
            FineTuningJobView.Seconds(c.CreatedAt),
            c.Pinned ? job.ModelVersion : null,
            job.Id.ToString(),
            new(c.Step, loss),
            c.Step);
}
