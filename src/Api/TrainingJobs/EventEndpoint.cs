using System.Globalization;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Paging;
using ContrastiveService.Storage.Jobs;

namespace ContrastiveService.Api.TrainingJobs;

static class EventEndpoint
{
    public static async Task<IResult> GetAsync(
        Guid id, string? cursor, int? limit, HttpContext context, TrainingJobStore jobs, JobEventStore events, IHostApplicationLifetime lifetime,
        TimeProvider time)
    {
        var job = await jobs.FindAsync(id, context.RequestAborted);
        if (!context.Request.GetTypedHeaders().Accept.Any(a => a.MediaType == EventStream.MediaType))
            return TypedResults.Ok(await Cursor.PageAsync<JobEvent, EventView, long>(
                cursor, limit, (after, take) => events.ListAsync(id, after, take, context.RequestAborted), e => e.Sequence, EventView.Of));

        var last = LastSeen(context.Request);
        // A browser comes back to every stream that ends, unless it is told that there is nothing more.
        if (last > 0 && job.HasEnded() && (await events.ListAsync(id, last, 1, context.RequestAborted)).Count == 0)
            return TypedResults.NoContent();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        await new EventStream(id, jobs, events, context.Response, time).WriteAsync(last, either.Token);
        return TypedResults.Empty;
    }

    private static long LastSeen(HttpRequest request)
    {
        var header = request.Headers["Last-Event-ID"].ToString();
        if (header.Length == 0)
            return 0;
        return long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : throw ApiException.BadRequest("Last-Event-ID", $"Last-Event-ID is '{header}'; it is the sequence number of the last event that arrived.");
    }
}
