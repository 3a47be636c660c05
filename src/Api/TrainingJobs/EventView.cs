using System.Text.Json;
using ContrastiveService.Storage.Jobs;

namespace ContrastiveService.Api.TrainingJobs;

/// <summary>Something that happened to a job.</summary>
/// <param name="Sequence">Counts 1, 2, 3 within the job, without gaps.</param>
public sealed record EventView(long Sequence, string Type, string Message, JsonElement? Data, DateTime At)
{
    public static EventView Of(JobEvent e)
    {
        using var data = e.Data is null ? null : JsonDocument.Parse(e.Data);
        return new(e.Sequence, e.Type, e.Message, data?.RootElement.Clone(), e.At);
    }
}
