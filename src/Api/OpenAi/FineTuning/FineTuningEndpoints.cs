using System.Text.Json;
using ContrastiveService.Api.Documentation;
using ContrastiveService.Api.Errors;
using ContrastiveService.Api.TrainingJobs;
using ContrastiveService.Storage.Jobs;

namespace ContrastiveService.Api.OpenAi.FineTuning;

/// <summary>Training jobs for unmodified OpenAI clients.</summary>
static class FineTuningEndpoints
{
    private const int UsualPage = 20, UsualCheckpoints = 10, LargestPage = 100;

    public static void MapFineTuning(this IEndpointRouteBuilder door)
    {
        var jobs = door.MapGroup("/fine_tuning/jobs").AddEndpointFilter<JobLogScope>();
        jobs.MapPost("/", CreateAsync)
            .WithExample(FineTuningExamples.Supervised, typeof(CreateFineTuningJob))
            .WithHeader("Idempotency-Key", "The same key with the same body gives the first job again instead of another.")
            .WithHeader(SentRequest.CountHeader, "Which try it is, from 0, as OpenAI's clients send it. A retry gives the job of its first try again, also without a key.")
            .WithSummary("Queues a training job, in OpenAI's shapes.")
            .WithDescription(
                "`training_file` is a data set's name, `model` a backbone's. `method` is `supervised` (SupCon, needs labels) or any method of `GET /api/v1/methods` "
                + "with its options beside `type`; left out, it is `supervised` where every picture has a label, else `simclr`. `plan`, beyond OpenAI, takes every "
                + "other member of `POST /api/v1/training-jobs`. Without Idempotency-Key and retry count the same body from the same API key within ten minutes, "
                + "or while its job is under way on the same data, gives that job again.");
        jobs.MapGet("/", ListAsync)
            .WithSummary("Jobs, newest first, in OpenAI's shapes.")
            .WithDescription("`metadata[key]=value` keeps those with that pair, `metadata=null` those without metadata.");
        jobs.MapGet("/{id}", GetAsync).WithSummary("A job in OpenAI's shape; the same id serves at /api/v1/training-jobs.");
        jobs.MapGet("/{id}/events", EventsAsync).WithSummary("What happened, newest first, in OpenAI's shapes.");
        jobs.MapGet("/{id}/checkpoints", CheckpointsAsync).WithSummary("What was saved and is kept, newest first, in OpenAI's shapes.");
        jobs.MapPost("/{id}/cancel", CancelAsync)
            .WithSummary("Cancels. A running job saves a checkpoint first and is cancelled once its status says so.");
        jobs.MapPost("/{id}/pause", CancelAsync)
            .WithSummary("Stops until resume: the same as cancel, and shown as cancelled, for a cancelled job keeps its last checkpoint.");
        jobs.MapPost("/{id}/resume", ResumeAsync).WithSummary("Goes on with a cancelled (or paused) or failed job from its last checkpoint.");
    }

    private static async Task<FineTuningJobView> CreateAsync(
        JsonElement body, HttpContext context, FineTuningSubmission submission, FineTuningStore store, TimeProvider time)
    {
        var (job, created) = await submission.SubmitAsync(body, SentRequest.Of(context), context.RequestAborted);
        JobLogScope.Note(context, job.Id);
        if (!created)
            context.Response.Headers["Idempotent-Replayed"] = "true";
        return await ViewAsync(job, store, time, context.RequestAborted);
    }

    /// <param name="after">The id of the last job of the page before; left out for the first.</param>
    /// <param name="limit">Jobs of a page at most, 1 to 100; 20 when left out.</param>
    private static async Task<OpenAiPage<FineTuningJobView>> ListAsync(string? after, int? limit, HttpContext context, FineTuningStore store, TimeProvider time)
    {
        var (size, filter) = (Limit(limit, UsualPage), MetadataQuery.Of(context.Request.Query));
        Guid? place = after is null ? null : Guid.TryParse(after, out var id) ? id : throw NoPlace(after, "a job");
        var found = await store.ListAsync(place, size + 1, filter.Pairs, filter.None, context.RequestAborted);
        var terms = await store.TermsAsync(found.Select(j => j.Id), context.RequestAborted);
        return Page(found, size, j => FineTuningJobView.Of(j, terms.GetValueOrDefault(j.Id), time.GetUtcNow()));
    }

    private static async Task<FineTuningJobView> GetAsync(
        string id, TrainingJobStore jobs, FineTuningStore store, TimeProvider time, CancellationToken cancellationToken) =>
        await ViewAsync(await jobs.FindAsync(Id(id), cancellationToken), store, time, cancellationToken);

    /// <param name="after">The id of the last event of the page before; left out for the first.</param>
    /// <param name="limit">Events of a page at most, 1 to 100; 20 when left out.</param>
    private static async Task<OpenAiPage<FineTuningEventView>> EventsAsync(
        string id, string? after, int? limit, TrainingJobStore jobs, JobEventStore events, CancellationToken cancellationToken)
    {
        var (job, size) = (await jobs.FindAsync(Id(id), cancellationToken), Limit(limit, UsualPage));
        var before = after is null ? long.MaxValue : FineTuningEventView.Sequence(after, job.Id);
        return Page(await events.ListNewestAsync(job.Id, before, size + 1, cancellationToken), size, FineTuningEventView.Of);
    }

    /// <param name="after">The id of the last checkpoint of the page before; left out for the first.</param>
    /// <param name="limit">Checkpoints of a page at most, 1 to 100; 10 when left out.</param>
    private static async Task<OpenAiPage<FineTuningCheckpointView>> CheckpointsAsync(
        string id, string? after, int? limit, TrainingJobStore jobs, CheckpointStore checkpoints, MetricStore metrics, CancellationToken cancellationToken)
    {
        var (job, size) = (await jobs.FindAsync(Id(id), cancellationToken), Limit(limit, UsualCheckpoints));
        var kept = await checkpoints.ListAsync(job.Id, cancellationToken);
        if (after is not null)
        {
            var last = kept.FirstOrDefault(c => c.Id.ToString() == after) ?? throw NoPlace(after, "one of this job's checkpoints that are kept");
            kept = [.. kept.Where(c => c.Step < last.Step)];
        }

        kept = [.. kept.Take(size + 1)];
        var losses = (await metrics.ValuesAtAsync(job.Id, "loss", [.. kept.Select(c => c.Step)], cancellationToken)).ToDictionary(p => p.Step, p => p.Value);
        return Page(
            kept, size, c => FineTuningCheckpointView.Of(c, job, losses.TryGetValue(c.Step, out var loss) && double.IsFinite(loss) ? loss : null));
    }

    private static async Task<FineTuningJobView> CancelAsync(
        string id, TrainingJobStore jobs, FineTuningStore store, TimeProvider time, CancellationToken cancellationToken) =>
        await ViewAsync(await jobs.RequestCancelAsync(Id(id), cancellationToken) ?? throw Missing(id), store, time, cancellationToken);

    private static async Task<FineTuningJobView> ResumeAsync(
        string id, HttpContext context, TrainingJobStore jobs, FineTuningStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        // A retry of a resumption whose answer was lost must not be told that the job is under way already: that is what it wants.
        var resumed = SentRequest.Of(context).Kind == TryKind.Retry ? await jobs.FindAsync(Id(id), cancellationToken) : null;
        if (resumed is not { State: JobState.Queued or JobState.Running })
            resumed = await jobs.ResumeAsync(Id(id), cancellationToken) ?? throw Missing(id);
        return await ViewAsync(resumed, store, time, cancellationToken);
    }

    private static async Task<FineTuningJobView> ViewAsync(TrainingJob job, FineTuningStore store, TimeProvider time, CancellationToken cancellationToken) =>
        FineTuningJobView.Of(job, (await store.TermsAsync([job.Id], cancellationToken)).GetValueOrDefault(job.Id), time.GetUtcNow());

    /// <param name="found">One more than asked for where there are more.</param>
    private static OpenAiPage<TView> Page<TRow, TView>(IReadOnlyList<TRow> found, int size, Func<TRow, TView> view) =>
        new("list", [.. found.Take(size).Select(view)], found.Count > size);

    private static Guid Id(string id) => Guid.TryParse(id, out var job) ? job : throw Missing(id);

    private static ApiException Missing(string id) =>
        ApiException.NotFound("job_not_found", $"There is no fine-tuning job '{id}'. GET /v1/fine_tuning/jobs lists those there are.");

    private static ApiException NoPlace(string after, string what) =>
        ApiException.BadRequest("after", $"after is '{after}'; it must be the id of {what}.", "invalid_cursor");

    private static int Limit(int? limit, int usual) => limit switch
    {
        null => usual,
        >= 1 and <= LargestPage => limit.Value,
        _ => throw ApiException.BadRequest("limit", $"limit is {limit}; it must be 1 to {LargestPage}."),
    };
}
