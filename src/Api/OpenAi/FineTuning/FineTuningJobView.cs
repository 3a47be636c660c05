using System.Text.Json;
using System.Text.Json.Serialization;
using ContrastiveService.Api.Json;
using ContrastiveService.Api.TrainingJobs;
using ContrastiveService.Storage.Jobs;

namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <summary>A training job in OpenAI's shape; <c>/api/v1/training-jobs</c> has the same job under the same id, with its whole plan.</summary>
/// <param name="Object"><c>fine_tuning.job</c>.</param>
/// <param name="CreatedAt">Seconds since 1970, as all times here.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="FineTunedModel">What it became, as <c>name:version</c>: a <c>model</c> for <c>/v1/embeddings</c>.</param>
/// <param name="Model">The backbone.</param>
/// <param name="ResultFiles">Always empty: measurements are at <c>/api/v1/training-jobs/{id}/metrics</c>.</param>
/// <param name="Seed">At most 2147483647, also where the plan's is larger.</param>
/// <param name="Status"><c>queued</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="TrainedTokens">Pictures trained on, each as often as it was.</param>
/// <param name="TrainingFile">The data set.</param>
/// <param name="ValidationFile">Always null.</param>
/// <param name="EstimatedFinish">While it runs: at least five seconds ahead.</param>
/// <param name="Integrations">Always empty.</param>
public sealed record FineTuningJobView(
    string Id,
    string Object,
    [property: JsonPropertyName("created_at")] long CreatedAt,
    FineTuningErrorView? Error,
    [property: JsonPropertyName("fine_tuned_model")] string? FineTunedModel,
    [property: JsonPropertyName("finished_at")] long? FinishedAt,
    HyperparametersView Hyperparameters,
    string Model,
    [property: JsonPropertyName("organization_id")] string OrganizationId,
    [property: JsonPropertyName("result_files")] IReadOnlyList<string> ResultFiles,
    int Seed,
    string Status,
    [property: JsonPropertyName("trained_tokens")] int? TrainedTokens,
    [property: JsonPropertyName("training_file")] string? TrainingFile,
    [property: JsonPropertyName("validation_file")] string? ValidationFile,
    [property: JsonPropertyName("estimated_finish")] long? EstimatedFinish,
    IReadOnlyList<JsonElement> Integrations,
    IReadOnlyDictionary<string, string>? Metadata,
    JsonElement Method,
    [property: JsonPropertyName("user_provided_suffix")] string? UserProvidedSuffix)
{
    /// <summary>
    /// OpenAI's .NET client sleeps until the estimated finish and breaks when that has passed. So it is never nearer than this, also for a client whose
    /// clock is a little ahead.
    /// </summary>
    private const double SoonestFinish = 5;

    public static FineTuningJobView Of(TrainingJob job, FineTuningTerms? terms, DateTimeOffset now)
    {
        using var document = JsonDocument.Parse(job.Plan);
        using var progress = JsonDocument.Parse(job.Progress ?? "{}");
        var plan = document.RootElement;
        var hyperparameters = new HyperparametersView(
            plan.GetProperty("batchSize").GetInt32(),
            terms?.LearningRateMultiplier is { } multiplier ? multiplier : "auto",
            plan.GetProperty("epochs").GetInt32());
        return new(
            job.Id.ToString(),
            "fine_tuning.job",
            Seconds(job.CreatedAt),
            job.State == JobState.Failed ? new("training_failed", job.Error ?? "It failed.", null) : null,
            job.ModelVersion,
            job.HasEnded() && job.FinishedAt is { } finished ? Seconds(finished) : null,
            hyperparameters,
            plan.GetProperty("backbone").GetProperty("type").GetString()!,
            OpenAiModel.Owner,
            [],
            (int)Math.Min(plan.GetProperty("seed").GetInt64(), int.MaxValue),
            job.State,
            job.State == JobState.Succeeded && Number(progress, "step") is { } steps ? (int)Math.Min(steps * hyperparameters.BatchSize, int.MaxValue) : null,
            plan.GetProperty("dataset").GetString(),
            null,
            job.State == JobState.Running && Number(progress, "etaSeconds") is { } left
                ? now.ToUnixTimeSeconds() + 1 + (long)Math.Ceiling(Math.Clamp(left, SoonestFinish, int.MaxValue))
                : null,
            [],
            terms?.Metadata is { } metadata ? JsonSerializer.Deserialize<Dictionary<string, string>>(metadata) : null,
            terms?.Method is { } named ? Named(named, hyperparameters) : plan.GetProperty("method").Clone(),
            terms?.Suffix);
    }

    public static long Seconds(DateTime time) => new DateTimeOffset(time).ToUnixTimeSeconds();

    private static double? Number(JsonDocument progress, string name) =>
        progress.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static JsonElement Named(string type, HyperparametersView hyperparameters) =>
        JsonSerializer.SerializeToElement(new Dictionary<string, object> { ["type"] = type, [type] = new { hyperparameters } }, ApiJson.Options);
}
