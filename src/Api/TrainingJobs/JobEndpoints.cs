using System.Text.Json;
using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.Paging;
using ContrastiveService.Storage.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace ContrastiveService.Api.TrainingJobs;

static class JobEndpoints
{
    private static readonly string[] States = [JobState.Queued, JobState.Running, JobState.Succeeded, JobState.Failed, JobState.Cancelled];

    public static void MapTrainingJobs(this IEndpointRouteBuilder routes)
    {
        var jobs = routes.MapGroup("/api/v1/training-jobs").WithTags("Training jobs").AddEndpointFilter<JobLogScope>();
        jobs.MapPost("/", CreateAsync)
            .WithExample(JobExamples.SimClr)
            .WithHeader("Idempotency-Key", "The same key with the same body gives the first job again instead of another.")
            .WithSummary("Queues a training job.")
            .WithDescription(
                "Only `dataset` and `method.type` are required; every other default is chosen by the method and the data, "
                + "and the job shows the whole plan it runs with.");
        jobs.MapGet("/", ListAsync).WithSummary("Jobs, newest first.");
        jobs.MapGet("/{id:guid}", GetAsync)
            .WithSummary("State, progress, plan, attempt, error, and what it became. ETag and If-None-Match make polling cheap.");
        jobs.MapPost("/{id:guid}/cancel", CancelAsync).WithSummary("Cancels. A running job saves a last checkpoint first.");
        jobs.MapPost("/{id:guid}/resume", ResumeAsync).WithSummary("Goes on with a cancelled or failed job from its last checkpoint.");
        jobs.MapGet("/{id:guid}/metrics", MetricEndpoint.GetAsync).WithSummary("Series of what was measured, thinned on the server.");
        jobs.MapGet("/{id:guid}/events", EventEndpoint.GetAsync)
            .Produces<Page<EventView>>().Produces(StatusCodes.Status200OK, null, "text/event-stream")
            .WithHeader("Last-Event-ID", "Stream only: go on after this sequence number.")
            .WithSummary("What happened, as a page of JSON or, with Accept: text/event-stream, as a stream that ends with the job.");
        jobs.MapGet("/{id:guid}/checkpoints", CheckpointsAsync).WithSummary("What was saved, newest first.");
    }

    private static async Task<Accepted<JobView>> CreateAsync(JsonElement body, HttpContext context, JobSubmission submission)
    {
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        var (job, created) = await submission.SubmitAsync(body, key, context.RequestAborted);
        JobLogScope.Note(context, job.Id);
        context.Response.Headers.RetryAfter = "2";
        if (!created)
            context.Response.Headers["Idempotent-Replayed"] = "true";
        return TypedResults.Accepted($"/api/v1/training-jobs/{job.Id}", JobView.Of(job));
    }

    /// <param name="state">queued, running, succeeded, failed or cancelled; all when left out.</param>
    private static Task<Page<JobView>> ListAsync(string? cursor, int? limit, string? state, TrainingJobStore jobs, CancellationToken cancellationToken)
    {
        if (state is not null && !States.Contains(state))
            throw ApiException.BadRequest("state", $"There is no state '{state}'. There are: {string.Join(", ", States)}.");
        return Cursor.PageAsync<TrainingJob, JobView, Guid>(
            cursor, limit, (after, take) => jobs.ListAsync(after == Guid.Empty ? null : after, take, state, cancellationToken), j => j.Id, JobView.InList);
    }

    private static async Task<Results<Ok<JobView>, StatusCodeHttpResult>> GetAsync(
        Guid id, HttpContext context, TrainingJobStore jobs, CancellationToken cancellationToken)
    {
        var job = await jobs.FindAsync(id, cancellationToken);
        var tag = new EntityTagHeaderValue($"\"{job.Revision}\"");
        context.Response.Headers.ETag = tag.ToString();
        context.Response.Headers.CacheControl = "private, no-cache";
        var known = context.Request.GetTypedHeaders().IfNoneMatch;
        if (known.Any(k => k.Compare(tag, useStrongComparison: false) || k.Equals(EntityTagHeaderValue.Any)))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Ok(JobView.Of(job));
    }

    private static async Task<Results<Ok<JobView>, Accepted<JobView>>> CancelAsync(Guid id, TrainingJobStore jobs, CancellationToken cancellationToken)
    {
        var job = await jobs.RequestCancelAsync(id, cancellationToken) ?? throw JobLookup.Missing(id);
        return job.HasEnded() ? TypedResults.Ok(JobView.Of(job)) : TypedResults.Accepted($"/api/v1/training-jobs/{id}", JobView.Of(job));
    }

    private static async Task<Accepted<JobView>> ResumeAsync(Guid id, TrainingJobStore jobs, CancellationToken cancellationToken)
    {
        var job = await jobs.ResumeAsync(id, cancellationToken) ?? throw JobLookup.Missing(id);
        return TypedResults.Accepted($"/api/v1/training-jobs/{id}", JobView.Of(job));
    }

    private static async Task<IReadOnlyList<CheckpointView>> CheckpointsAsync(
        Guid id, TrainingJobStore jobs, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        await jobs.FindAsync(id, cancellationToken);
        return [.. (await checkpoints.ListAsync(id, cancellationToken)).Select(CheckpointView.Of)];
    }
}
