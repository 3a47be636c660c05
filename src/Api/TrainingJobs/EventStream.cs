using System.Text.Json;
using ContrastiveService.Api.Json;
using ContrastiveService.Storage.Jobs;

namespace ContrastiveService.Api.TrainingJobs;

/// <summary>
/// Server-sent events of one job. Every event carries its sequence number as its id, so that a reader who comes back with it misses nothing and gets nothing
/// twice.
/// Progress comes between, without an id: only its newest matters. The stream ends with the job.
/// </summary>
sealed class EventStream(Guid jobId, TrainingJobStore jobs, JobEventStore events, HttpResponse response, TimeProvider time)
{
    public const string MediaType = "text/event-stream";

    private const int PageSize = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private long lastWrite = time.GetTimestamp();

    /// <param name="after">The sequence number that the reader has already.</param>
    /// <param name="stop">Ends the stream early.</param>
    public async Task WriteAsync(long after, CancellationToken stop)
    {
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await SendAsync("retry: 2000\n\n", stop);
            await FollowAsync(after, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The reader left, or this process is stopping: the reader comes back with its last id.
        }
    }

    private async Task FollowAsync(long after, CancellationToken stop)
    {
        var progress = (string?)null;
        while (true)
        {
            // The job first: once it has ended, its last event is there, because both are written in one transaction.
            var job = await jobs.GetAsync(jobId, stop);
            var page = await events.ListAsync(jobId, after, PageSize, stop);
            foreach (var e in page)
                await SendAsync($"id: {e.Sequence}\nevent: {e.Type}\ndata: {JsonSerializer.Serialize(EventView.Of(e), ApiJson.Options)}\n\n", stop);
            if (page.Count > 0)
                after = page[^1].Sequence;
            if (page.Count == PageSize)
                continue;
            if (job is null || job.HasEnded())
                return;
            if (job.Progress is not null && job.Progress != progress)
                await SendAsync($"event: progress\ndata: {(progress = job.Progress).ReplaceLineEndings(" ")}\n\n", stop);
            else if (time.GetElapsedTime(lastWrite) >= Heartbeat)
                await SendAsync(": still here\n\n", stop);
            await Task.Delay(Pause, time, stop);
        }
    }

    private async Task SendAsync(string text, CancellationToken stop)
    {
        await response.WriteAsync(text, stop);
        await response.Body.FlushAsync(stop);
        lastWrite = time.GetTimestamp();
    }
}
