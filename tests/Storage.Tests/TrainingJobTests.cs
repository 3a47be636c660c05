using ContrastiveService.Storage.Jobs;
using ContrastiveService.Storage.Queue;
using ContrastiveService.Tests;
using Hangfire;

namespace ContrastiveService.Storage.Tests;

public sealed class TrainingJobTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    readonly TrainingJobStore jobs = database.Get<TrainingJobStore>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_job_is_queued_with_its_plan_to_the_letter_and_one_delivery()
    {
        var request = await Samples.NewJobAsync(database) with { Plan = """{ "b": 1.50, "a": [ 1e-3 ] }""" };

        var (job, created) = await jobs.CreateAsync(request, null, "hash", Cancel);

        created.ShouldBeTrue();
        job.ShouldBe(await Samples.ReadAsync(database, job.Id));
        (job.State, job.Plan, job.Attempt, job.Fence, job.Queue).ShouldBe((JobState.Queued, request.Plan, 0, 0, QueueName.Cpu));
        (await Samples.DeliveriesAsync(database, job.Id)).ShouldBe(1);
        (await Samples.EventsAsync(database, job.Id)).ShouldBe(["queued"]);
    }

    [Fact]
    public async Task A_job_whose_delivery_fails_leaves_no_row()
    {
        var request = await Samples.NewJobAsync(database);
        var broken = new TrainingJobStore(database.Get<Database>(), new JobTransitions(database.Get<Database>(), new JobDelivery(new BrokenClient())));

        await Should.ThrowAsync<InvalidOperationException>(() => broken.CreateAsync(request, null, "hash", Cancel));

        (await CountAsync("select count(*) from training_job where name = @Name", request)).ShouldBe(0);
    }

    [Fact]
    public async Task A_job_whose_row_fails_after_the_delivery_leaves_no_delivery()
    {
        var request = await Samples.NewJobAsync(database);
        var before = await CountAsync("select count(*) from hangfire.job", request);
        // Cancelled between the two: after Hangfire's write, before the row learns its id.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var client = new StoppingClient(database.Get<IBackgroundJobClientV2>(), stop);
        var stopped = new TrainingJobStore(database.Get<Database>(), new JobTransitions(database.Get<Database>(), new JobDelivery(client)));

        await Should.ThrowAsync<OperationCanceledException>(() => stopped.CreateAsync(request, null, "hash", stop.Token));

        client.Created.ShouldBeTrue();
        (await CountAsync("select count(*) from hangfire.job", request)).ShouldBe(before);
        (await CountAsync("select count(*) from training_job where name = @Name", request)).ShouldBe(0);
    }

    [Fact]
    public async Task The_same_idempotency_key_gives_the_first_job_even_when_sent_at_once()
    {
        var request = await Samples.NewJobAsync(database);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => jobs.CreateAsync(request, "key-1", "hash-1", Cancel)));

        answers.Select(answer => answer.Job.Id).Distinct().Count().ShouldBe(1);
        answers.Count(answer => answer.Created).ShouldBe(1);
        (await Samples.DeliveriesAsync(database, answers[0].Job.Id)).ShouldBe(1);
    }

    [Fact]
    public async Task The_same_idempotency_key_with_another_request_is_refused()
    {
        var request = await Samples.NewJobAsync(database);
        await jobs.CreateAsync(request, "key-2", "hash-1", Cancel);

        var refused = await Should.ThrowAsync<IdempotencyConflictException>(() => jobs.CreateAsync(request, "key-2", "hash-2", Cancel));

        refused.Message.ShouldContain("key-2");
    }

    [Fact]
    public async Task A_job_needs_a_published_data_set()
    {
        var request = await Samples.NewJobAsync(database);
        await Should.ThrowAsync<NotFoundException>(() => jobs.CreateAsync(request with { DatasetId = Guid.NewGuid() }, null, "hash", Cancel));
        await Should.ThrowAsync<NotFoundException>(() => jobs.CreateAsync(request with { DatasetVersion = 2 }, null, "hash", Cancel));
    }

    [Fact]
    public async Task A_queued_job_is_cancelled_at_once_and_never_delivered()
    {
        var job = await Samples.JobAsync(database);

        var cancelled = await jobs.RequestCancelAsync(job.Id, Cancel);

        cancelled!.State.ShouldBe(JobState.Cancelled);
        cancelled.FinishedAt.ShouldNotBeNull();
        (await Samples.DeliveriesAsync(database, job.Id)).ShouldBe(0);
        (await database.Get<JobLeaseStore>().ClaimAsync(job.Id, "worker", Samples.Lease, Cancel)).ShouldBeNull();
        (await jobs.RequestCancelAsync(job.Id, Cancel)).ShouldBe(cancelled);
        (await Samples.EventsAsync(database, job.Id)).ShouldBe(["queued", "cancelled"]);
    }

    [Fact]
    public async Task A_running_job_is_flagged_and_its_worker_ends_it()
    {
        var leases = database.Get<JobLeaseStore>();
        var lease = await Samples.ClaimedAsync(database);
        (await leases.CheckAsync(lease, Cancel)).ShouldBe(new LeaseState(StillMine: true, CancelRequested: false));

        (await jobs.RequestCancelAsync(lease.JobId, Cancel))!.State.ShouldBe(JobState.Running);

        (await leases.CheckAsync(lease, Cancel)).ShouldBe(new LeaseState(StillMine: true, CancelRequested: true));
        (await leases.RenewAsync(lease, Samples.Lease, Cancel)).ShouldBe(new LeaseState(StillMine: true, CancelRequested: true));
        (await leases.CancelledAsync(lease, Cancel)).ShouldBeTrue();
        (await Samples.ReadAsync(database, lease.JobId)).State.ShouldBe(JobState.Cancelled);
        (await Samples.EventsAsync(database, lease.JobId)).ShouldBe(["queued", "started", "cancel-requested", "cancelled"]);
    }

    [Fact]
    public async Task A_job_that_failed_cannot_be_cancelled()
    {
        var lease = await Samples.ClaimedAsync(database);
        await database.Get<JobLeaseStore>().FailAsync(lease, "The plan does not fit the data.", Cancel);

        var refused = await Should.ThrowAsync<JobStateException>(() => jobs.RequestCancelAsync(lease.JobId, Cancel));

        refused.Message.ShouldContain("failed");
    }

    [Fact]
    public async Task A_cancelled_job_resumes_with_all_its_attempts()
    {
        var lease = await Samples.ClaimedAsync(database);
        await jobs.RequestCancelAsync(lease.JobId, Cancel);
        await database.Get<JobLeaseStore>().CancelledAsync(lease, Cancel);

        var resumed = await jobs.ResumeAsync(lease.JobId, Cancel);

        (resumed!.State, resumed.Attempt, resumed.CancelRequested, resumed.Error, resumed.FinishedAt).ShouldBe((JobState.Queued, 0, false, null, null));
        (await Samples.DeliveriesAsync(database, lease.JobId)).ShouldBe(1);
        var again = await database.Get<JobLeaseStore>().ClaimAsync(lease.JobId, "worker-2", Samples.Lease, Cancel);
        again!.Fence.ShouldBeGreaterThan(lease.Fence);
    }

    [Fact]
    public async Task A_job_that_is_not_ended_cannot_be_resumed()
    {
        var job = await Samples.JobAsync(database);
        await Should.ThrowAsync<JobStateException>(() => jobs.ResumeAsync(job.Id, Cancel));
        (await jobs.ResumeAsync(Guid.NewGuid(), Cancel)).ShouldBeNull();
        (await jobs.RequestCancelAsync(Guid.NewGuid(), Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task A_job_whose_data_set_is_gone_cannot_be_resumed()
    {
        var job = await Samples.JobAsync(database);
        await jobs.RequestCancelAsync(job.Id, Cancel);
        await database.Get<Datasets.DatasetStore>().DeleteAsync(job.DatasetId, Cancel);

        var refused = await Should.ThrowAsync<JobStateException>(() => jobs.ResumeAsync(job.Id, Cancel));

        refused.Message.ShouldContain("data set was deleted");
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_page_by_page_and_by_state()
    {
        var created = new List<Guid>();
        for (var i = 0; i < 5; i++)
            created.Add((await Samples.JobAsync(database)).Id);
        await jobs.RequestCancelAsync(created[3], Cancel);

        var first = await jobs.ListAsync(null, 2, null, Cancel);
        var second = await jobs.ListAsync(first[^1].Id, 2, null, Cancel);

        first.Concat(second).Select(job => job.Id).ShouldBe([created[4], created[3], created[2], created[1]]);
        (await jobs.ListAsync(null, 1, JobState.Cancelled, Cancel)).Single().Id.ShouldBe(created[3]);
    }

    Task<long> CountAsync(string sql, NewTrainingJob parameters) => database.Get<Database>().FirstAsync<long>(sql, parameters, Cancel);
}
