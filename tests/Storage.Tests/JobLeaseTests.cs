using ContrastiveService.Storage.Jobs;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests;

public sealed class JobLeaseTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    readonly JobLeaseStore leases = database.Get<JobLeaseStore>();
    readonly JobReaping reaping = database.Get<JobReaping>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_delivered_to_several_workers_is_claimed_by_one()
    {
        var job = await Samples.JobAsync(database);

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => leases.ClaimAsync(job.Id, $"worker-{i}", Samples.Lease, Cancel)));

        var lease = claims.Where(claim => claim is not null).ShouldHaveSingleItem();
        var row = await Samples.ReadAsync(database, job.Id);
        (row.State, row.Attempt, row.Fence, row.Worker).ShouldBe((JobState.Running, 1, lease!.Fence, lease.Worker));
        row.LeaseUntil.ShouldNotBeNull();
        row.StartedAt.ShouldNotBeNull();
        (await Samples.EventsAsync(database, job.Id)).ShouldBe(["queued", "started"]);
    }

    [Fact]
    public async Task A_job_whose_lease_ran_out_is_claimed_again_and_the_first_worker_writes_nothing_more()
    {
        var first = await Samples.ClaimedAsync(database);
        await Samples.RunOutAsync(database, first.JobId);

        var second = await leases.ClaimAsync(first.JobId, "worker-2", Samples.Lease, Cancel);

        second!.Fence.ShouldBeGreaterThan(first.Fence);
        second.Attempt.ShouldBe(2);
        await ShouldBeLockedOutAsync(first);
        var row = await Samples.ReadAsync(database, first.JobId);
        (row.State, row.Worker, row.Progress).ShouldBe((JobState.Running, "worker-2", null));
        (await leases.CheckAsync(second, Cancel)).StillMine.ShouldBeTrue();
    }

    [Fact]
    public async Task A_worker_whose_job_was_given_back_to_the_queue_writes_nothing_more()
    {
        var lease = await Samples.ClaimedAsync(database);
        await Samples.RunOutAsync(database, lease.JobId);
        (await reaping.ReapAsync(Cancel)).Requeued.ShouldBe(1);

        await ShouldBeLockedOutAsync(lease);

        (await Samples.ReadAsync(database, lease.JobId)).State.ShouldBe(JobState.Queued);
    }

    [Fact]
    public async Task A_lease_that_ran_out_unnoticed_can_still_be_renewed()
    {
        var lease = await Samples.ClaimedAsync(database);
        await Samples.RunOutAsync(database, lease.JobId);

        (await leases.RenewAsync(lease, Samples.Lease, Cancel)).StillMine.ShouldBeTrue();

        (await reaping.ReapAsync(Cancel)).Requeued.ShouldBe(0);
        (await leases.ClaimAsync(lease.JobId, "worker-2", Samples.Lease, Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task A_job_whose_lease_ran_out_goes_back_to_the_queue_with_one_delivery()
    {
        var lease = await Samples.ClaimedAsync(database);
        await Samples.RunOutAsync(database, lease.JobId);
        var claimed = await Samples.ReadAsync(database, lease.JobId);

        var rounds = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => reaping.ReapAsync(Cancel)));

        rounds.Sum(round => round.Requeued).ShouldBe(1);
        (await DeliveryStateAsync(claimed.HangfireId!)).ShouldBe("Processing", "its worker may be alive, and would take a deletion for a cancel");
        var job = await Samples.ReadAsync(database, lease.JobId);
        (job.State, job.Attempt, job.Worker, job.LeaseUntil).ShouldBe((JobState.Queued, 1, null, null));
        job.Error.ShouldNotBeNull().ShouldContain("worker-1 stopped answering");
        (await Samples.DeliveriesAsync(database, lease.JobId)).ShouldBe(1);
        (await Samples.EventsAsync(database, lease.JobId)).ShouldBe(["queued", "started", "retrying"]);
    }

    [Fact]
    public async Task A_job_fails_with_its_reason_after_its_last_attempt()
    {
        var job = await Samples.JobAsync(database, maxAttempts: 3);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var lease = (await leases.ClaimAsync(job.Id, "worker", Samples.Lease, Cancel))!;
            lease.Attempt.ShouldBe(attempt);
            (await leases.RetryAsync(lease, "Segmentation fault", Cancel)).ShouldBeTrue();
        }

        var failed = await Samples.ReadAsync(database, job.Id);
        failed.State.ShouldBe(JobState.Failed);
        failed.Error.ShouldNotBeNull().ShouldContain("Segmentation fault");
        failed.FinishedAt.ShouldNotBeNull();
        (await leases.ClaimAsync(job.Id, "worker", Samples.Lease, Cancel)).ShouldBeNull();
        (await Samples.EventsAsync(database, job.Id)).ShouldBe(["queued", "started", "retrying", "started", "retrying", "started", "failed"]);
    }

    [Fact]
    public async Task A_job_that_kills_its_worker_every_time_fails_in_the_end()
    {
        var lease = await Samples.ClaimedAsync(database, maxAttempts: 2);
        await Samples.RunOutAsync(database, lease.JobId);
        (await leases.ClaimAsync(lease.JobId, "worker-2", Samples.Lease, Cancel))!.Attempt.ShouldBe(2);
        await Samples.RunOutAsync(database, lease.JobId);

        (await leases.ClaimAsync(lease.JobId, "worker-3", Samples.Lease, Cancel)).ShouldBeNull();

        var failed = await Samples.ReadAsync(database, lease.JobId);
        (failed.State, failed.Attempt).ShouldBe((JobState.Failed, 2));
        failed.Error.ShouldNotBeNull().ShouldContain("worker-2 stopped answering");
    }

    [Fact]
    public async Task A_job_handed_back_keeps_its_attempts_and_gets_a_new_delivery()
    {
        var lease = await Samples.ClaimedAsync(database);
        var delivered = (await Samples.ReadAsync(database, lease.JobId)).HangfireId;

        (await leases.HandBackAsync(lease, Cancel)).ShouldBeTrue();

        var job = await Samples.ReadAsync(database, lease.JobId);
        (job.State, job.Attempt, job.Error).ShouldBe((JobState.Queued, 0, null));
        job.HangfireId.ShouldNotBe(delivered);
        (await Samples.DeliveriesAsync(database, lease.JobId)).ShouldBe(1);
        (await leases.HandBackAsync(lease, Cancel)).ShouldBeFalse();
        (await leases.ClaimAsync(lease.JobId, "worker-2", Samples.Lease, Cancel))!.Attempt.ShouldBe(1);
        (await Samples.EventsAsync(database, lease.JobId)).ShouldBe(["queued", "started", "handed-back", "started"]);
    }

    [Theory]
    [InlineData("hand back")]
    [InlineData("crash")]
    [InlineData("disappear")]
    public async Task A_job_to_be_cancelled_is_cancelled_however_its_worker_ends(string end)
    {
        var lease = await Samples.ClaimedAsync(database);
        await database.Get<TrainingJobStore>().RequestCancelAsync(lease.JobId, Cancel);

        if (end == "hand back")
            await leases.HandBackAsync(lease, Cancel);
        else if (end == "crash")
            await leases.RetryAsync(lease, "Aborted", Cancel);
        else
        {
            await Samples.RunOutAsync(database, lease.JobId);
            (await reaping.ReapAsync(Cancel)).Cancelled.ShouldBe(1);
        }

        (await Samples.ReadAsync(database, lease.JobId)).State.ShouldBe(JobState.Cancelled);
        (await Samples.DeliveriesAsync(database, lease.JobId)).ShouldBe(0);
    }

    [Theory]
    [InlineData("delete from hangfire.job where id::text = @HangfireId")]
    [InlineData("delete from hangfire.jobqueue where jobid::text = @HangfireId")]
    [InlineData("update hangfire.job set statename = 'Deleted' where id::text = @HangfireId")]
    [InlineData("update hangfire.jobqueue set fetchedat = now() at time zone 'utc' - interval '31 seconds' where jobid::text = @HangfireId")]
    public async Task A_queued_job_whose_delivery_was_lost_is_delivered_again(string loss)
    {
        var job = await Samples.JobAsync(database);
        (await reaping.ReapAsync(Cancel)).Redelivered.ShouldBe(0);
        await database.Get<Database>().ExecuteAsync(loss, new { job.HangfireId }, Cancel);

        (await reaping.ReapAsync(Cancel)).Redelivered.ShouldBe(1);

        (await Samples.DeliveriesAsync(database, job.Id)).ShouldBe(1);
        (await reaping.ReapAsync(Cancel)).Redelivered.ShouldBe(0);
        (await Samples.EventsAsync(database, job.Id)).ShouldBe(["queued", "redelivered"]);
    }

    [Fact]
    public async Task Last_words_that_are_no_proper_text_are_kept_as_far_as_they_can_be()
    {
        var lease = await Samples.ClaimedAsync(database, maxAttempts: 1);

        (await leases.RetryAsync(lease, "abort\0ed \ud800 " + new string('x', 100_000), Cancel)).ShouldBeTrue();

        var error = (await Samples.ReadAsync(database, lease.JobId)).Error.ShouldNotBeNull();
        error.ShouldStartWith("abort\uFFFDed \uFFFD xxx");
        error.Length.ShouldBeLessThan(20_000);
    }

    [Fact]
    public async Task Every_visible_change_has_a_new_revision_and_a_renewal_has_none()
    {
        var lease = await Samples.ClaimedAsync(database);
        var claimed = await Samples.ReadAsync(database, lease.JobId);

        await leases.RenewAsync(lease, Samples.Lease, Cancel);
        (await Samples.ReadAsync(database, lease.JobId)).Revision.ShouldBe(claimed.Revision);

        (await leases.ProgressAsync(lease, """{"epoch": 1}""", Cancel)).ShouldBeTrue();
        var progressed = await Samples.ReadAsync(database, lease.JobId);
        progressed.Progress.ShouldBe("""{"epoch": 1}""");
        progressed.Revision.ShouldBe(claimed.Revision + 1);
    }

    [Fact]
    public async Task Events_of_many_writers_have_no_gap_and_no_double()
    {
        var lease = await Samples.ClaimedAsync(database);
        var events = database.Get<JobEventStore>();

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => events.AppendAsync(lease, "warning", $"{i}", """{"code":"collapse"}""", Cancel)));

        (await Samples.EventsAsync(database, lease.JobId)).Count.ShouldBe(42);
        var page = await events.ListAsync(lease.JobId, 10, 5, Cancel);
        page.Select(e => e.Sequence).ShouldBe([11, 12, 13, 14, 15]);
        page[0].Data.ShouldBe("""{"code":"collapse"}""");
    }

    Task<string?> DeliveryStateAsync(string hangfireId) =>
        database.Get<Database>().FirstAsync<string>("select statename from hangfire.job where id::text = @hangfireId", new { hangfireId }, Cancel);

    async Task ShouldBeLockedOutAsync(JobLease stale)
    {
        var (before, events) = (await Samples.ReadAsync(database, stale.JobId), (await Samples.EventsAsync(database, stale.JobId)).Count);
        (await leases.CheckAsync(stale, Cancel)).StillMine.ShouldBeFalse();
        (await leases.RenewAsync(stale, Samples.Lease, Cancel)).StillMine.ShouldBeFalse();
        (await leases.ProgressAsync(stale, "{}", Cancel)).ShouldBeFalse();
        (await leases.HandBackAsync(stale, Cancel)).ShouldBeFalse();
        (await leases.RetryAsync(stale, "late", Cancel)).ShouldBeFalse();
        (await leases.FailAsync(stale, "late", Cancel)).ShouldBeFalse();
        (await leases.CancelledAsync(stale, Cancel)).ShouldBeFalse();
        (await database.Get<JobEventStore>().AppendAsync(stale, "warning", "late", null, Cancel)).ShouldBeFalse();
        (await database.Get<MetricStore>().WriteAsync(stale, [new MetricPoint("loss", 1, 1)], Cancel)).ShouldBeFalse();
        (await database.Get<CheckpointStore>().SaveAsync(stale, new CheckpointInfo(1, 1, null), new MemoryStream([1]), 3, Cancel)).ShouldBeNull();
        (await database.Get<MetricStore>().NamesAsync(stale.JobId, Cancel)).ShouldBeEmpty();
        (await database.Get<CheckpointStore>().ListAsync(stale.JobId, Cancel)).ShouldBeEmpty();
        (await Samples.ReadAsync(database, stale.JobId)).ShouldBe(before);
        (await Samples.EventsAsync(database, stale.JobId)).Count.ShouldBe(events);
    }
}
