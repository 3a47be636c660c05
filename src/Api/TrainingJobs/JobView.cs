using System.Text.Json;
using ContrastiveService.Storage.Jobs;

namespace ContrastiveService.Api.TrainingJobs;

/// <summary>A training job.</summary>
/// <param name="Name">The model that it becomes a version of.</param>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Queue">The kind of worker it waits for.</param>
/// <param name="Attempt">How often a worker has taken it, of <paramref name="MaxAttempts"/>.</param>
/// <param name="CancelRequested">It runs, and its worker has been told to end it.</param>
/// <param name="Progress">Where it stands; null before its first step.</param>
/// <param name="Error">Why it failed, or why its last attempt did.</param>
/// <param name="ModelVersion">What it became, as <c>name:version</c>.</param>
/// <param name="Plan">Everything it runs with, defaults included; left out of lists.</param>
public sealed record JobView(
    Guid Id,
    string Name,
    string? Dataset,
    int DatasetVersion,
    string? Method,
    string State,
    string Queue,
    int Attempt,
    int MaxAttempts,
    string? Worker,
    bool CancelRequested,
    JsonElement? Progress,
    string? Error,
    string? ModelVersion,
    DateTime CreatedAt,
    DateTime? StartedAt,
    DateTime? FinishedAt,
    DateTime UpdatedAt,
    JsonElement? Plan)
{
    public static JobView Of(TrainingJob job) => Of(job, whole: true);

    public static JobView InList(TrainingJob job) => Of(job, whole: false);

    private static JobView Of(TrainingJob job, bool whole)
    {
        var plan = Parse(job.Plan);
        return new(
            job.Id,
            job.Name,
            plan.GetProperty("dataset").GetString(),
            job.DatasetVersion,
            plan.GetProperty("method").GetProperty("type").GetString(),
            job.State,
            job.Queue,
            job.Attempt,
            job.MaxAttempts,
            job.Worker,
            job.CancelRequested,
            job.Progress is null ? null : Parse(job.Progress),
            job.Error,
            job.ModelVersion,
            job.CreatedAt,
            job.StartedAt,
            job.FinishedAt,
            job.UpdatedAt,
            whole ? plan : null);
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
