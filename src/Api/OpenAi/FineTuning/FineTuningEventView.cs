using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Jobs;

namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <summary>Something that happened to a job.</summary>
/// <param name="Object"><c>fine_tuning.job.event</c>.</param>
/// <param name="CreatedAt">Seconds since 1970.</param>
/// <param name="Level"><c>info</c>, <c>warn</c> or <c>error</c>.</param>
/// <param name="Data">Such as a checkpoint's step and score.</param>
/// <param name="Type"><c>metrics</c> for a checkpoint, else <c>message</c>.</param>
public sealed record FineTuningEventView(
    string Id,
    string Object,
    [property: JsonPropertyName("created_at")] long CreatedAt,
    string Level,
    string Message,
    JsonElement? Data,
    string Type)
{
    private const string Prefix = "ftevent-";

    public static FineTuningEventView Of(JobEvent e)
    {
        using var data = e.Data is null ? null : JsonDocument.Parse(e.Data);
        return new(
            string.Create(CultureInfo.InvariantCulture, $"{Prefix}{e.JobId:N}-{e.Sequence}"),
            "fine_tuning.job.event",
            FineTuningJobView.Seconds(e.At),
            e.Type switch { "failed" => "error", "retrying" or "warning" => "warn", _ => "info" },
            e.Message,
            data?.RootElement.Clone(),
            e.Type == "checkpoint" ? "metrics" : "message");
    }

    /// <summary>The place in the job's events of the one with this id.</summary>
    /// <exception cref="ApiException">It is none of this job's.</exception>
    public static long Sequence(string id, Guid job) =>
        id.StartsWith($"{Prefix}{job:N}-", StringComparison.Ordinal)
        && long.TryParse(id.AsSpan(Prefix.Length + 33), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : throw ApiException.BadRequest("after", $"after is '{id}'; it must be the id of one of this job's events.", "invalid_cursor");
}
