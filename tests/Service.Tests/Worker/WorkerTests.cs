using System.Text.Json.Nodes;
using ContrastiveService.Storage.Jobs;
using Hangfire;

namespace ContrastiveService.Service.Tests.Worker;

public sealed class WorkerTests(WorkerLab lab) : IClassFixture<WorkerLab>
{
    private const int Long = 20_000, Short = 60;

    [Fact]
    public async Task A_finished_job_is_a_model_version()
    {
        using var worker = lab.StartWorker();

        var job = await lab.WhenAsync(await lab.SubmitAsync(2), JobState.Succeeded);

        job.ModelVersion.ShouldStartWith("squares:");
        job.Attempt.ShouldBe(1);
        await Eventually.Is("the trainer to be gone", () => Task.FromResult(WorkerProcess.TrainersOf(job.Id).Length == 0));
    }

    [Fact]
    public async Task A_job_whose_target_is_another_data_set_trains_on_both()
    {
        using var worker = lab.StartWorker();

        var job = await lab.WhenAsync(
            await lab.SubmitAsync(2, request =>
            {
                request["method"] = new JsonObject { ["type"] = "supervised", ["onTarget"] = true };
                request["domains"] = new JsonObject { ["targetDataset"] = "other-squares" };
            }), JobState.Succeeded);

        var found = await lab.Get<MetricStore>().SeriesAsync(job.Id, ["final.sourceAccuracy", "final.targetAccuracy"], 10, CancellationToken.None);
        found.Select(series => series.Name).ShouldBe(["final.sourceAccuracy", "final.targetAccuracy"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_cancelled_job_ends_with_a_checkpoint_and_can_be_resumed()
    {
        using var worker = lab.StartWorker();
        var id = await lab.SubmitAsync(Long);
        var saved = await lab.WhenSavedAsync(id);

        await lab.Jobs.RequestCancelAsync(id, CancellationToken.None);

        await lab.WhenAsync(id, JobState.Cancelled);
        WorkerProcess.TrainersOf(id).ShouldBeEmpty();
        var last = await lab.WhenSavedAsync(id);
        last.Step.ShouldBeGreaterThanOrEqualTo(saved.Step);
        (await lab.LossesAsync(id))[^1].Step.ShouldBeGreaterThanOrEqualTo(last.Step);

        await lab.Jobs.ResumeAsync(id, CancellationToken.None);
        await lab.WhenSavedAsync(id, last.Step);
        await lab.Jobs.RequestCancelAsync(id, CancellationToken.None);
        await lab.WhenAsync(id, JobState.Cancelled);
        ShouldBeWhole(await lab.LossesAsync(id));
    }

    [Fact]
    public async Task A_job_whose_worker_was_killed_goes_on_elsewhere_with_the_same_losses()
    {
        using var undisturbed = lab.StartWorker();
        var reference = await lab.SubmitAsync(Short);
        await lab.WhenAsync(reference, JobState.Succeeded);
        undisturbed.Signal("TERM");
        (await undisturbed.ExitAsync()).ShouldBe(0);

        using var killed = lab.StartWorker();
        var id = await lab.SubmitAsync(Short);
        await lab.WhenSavedAsync(id);
        killed.Signal("KILL");
        await Eventually.Is("the orphaned trainer to end by itself", () => Task.FromResult(WorkerProcess.TrainersOf(id).Length == 0));
        (await lab.Jobs.GetAsync(id, CancellationToken.None))!.State.ShouldBe(JobState.Running, "the job must be killed in the middle");

        using var other = lab.StartWorker();
        var job = await lab.WhenAsync(id, JobState.Succeeded);

        job.Attempt.ShouldBe(2);
        var losses = await lab.LossesAsync(id);
        ShouldBeWhole(losses);
        losses.ShouldBe(await lab.LossesAsync(reference));
    }

    [Fact]
    public async Task A_worker_that_is_told_to_stop_hands_its_job_back_and_the_attempt_does_not_count()
    {
        using var stopping = lab.StartWorker();
        var id = await lab.SubmitAsync(Long);
        await lab.WhenSavedAsync(id);

        stopping.Signal("TERM");

        (await stopping.ExitAsync()).ShouldBe(0);
        var job = await lab.WhenAsync(id, JobState.Queued);
        job.Attempt.ShouldBe(0);
        WorkerProcess.TrainersOf(id).ShouldBeEmpty();
        var saved = await lab.WhenSavedAsync(id);
        using var other = lab.StartWorker();
        await lab.WhenSavedAsync(id, saved.Step);
        (await lab.WhenAsync(id, JobState.Running)).Attempt.ShouldBe(1);
        await lab.Jobs.RequestCancelAsync(id, CancellationToken.None);
        await lab.WhenAsync(id, JobState.Cancelled);
    }

    [Fact]
    public async Task A_trainer_that_aborts_three_times_fails_its_job_and_the_worker_lives_on()
    {
        using var worker = lab.StartWorker();
        var id = await lab.SubmitAsync(Long);
        var step = 0L;
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            step = (await lab.WhenSavedAsync(id, step)).Step;
            var trainer = WorkerProcess.TrainersOf(id).Single();
            // The runtime catches the first signal from outside and goes on; abort() in native code would raise it again, as this does.
            await Eventually.Is("the trainer to abort", () =>
            {
                WorkerProcess.Signal(trainer, "ABRT");
                return Task.FromResult(!WorkerProcess.TrainersOf(id).Contains(trainer));
            });
        }

        var failed = await lab.WhenAsync(id, JobState.Failed);

        failed.Error.ShouldNotBeNull().ShouldContain("SIGABRT");
        await lab.WhenAsync(await lab.SubmitAsync(1), JobState.Succeeded);
        worker.HasExited.ShouldBeFalse();
    }

    [Fact]
    public async Task A_trainer_that_says_nothing_is_ended_and_its_job_tried_again()
    {
        using var worker = lab.StartWorker(("StallSeconds", "5"));
        var id = await lab.SubmitAsync(Long);
        await lab.WhenSavedAsync(id);

        WorkerProcess.Signal(WorkerProcess.TrainersOf(id).Single(), "STOP");

        await lab.WhenAsync(id, "in its second attempt", job => job is { State: JobState.Running, Attempt: 2 });
        (await lab.Events.ListAsync(id, 0, 100, CancellationToken.None)).ShouldContain(e => e.Message.Contains("said nothing"));
        await lab.Jobs.RequestCancelAsync(id, CancellationToken.None);
        await lab.WhenAsync(id, JobState.Cancelled);
    }

    [Fact]
    public async Task A_run_that_cannot_succeed_fails_at_once_and_says_why()
    {
        using var worker = lab.StartWorker();

        var job = await lab.WhenAsync(await lab.SubmitAsync(50, plan => plan["optimizer"] = new System.Text.Json.Nodes.JsonObject { ["type"] = "sgd", ["learningRate"] = 100, ["weightDecay"] = 1 }), JobState.Failed);

        job.Attempt.ShouldBe(1);
        job.Error.ShouldNotBeNull().ShouldContain("learningRate");
    }

    [Fact]
    public async Task Two_workers_make_one_trainer_of_one_job()
    {
        using var first = lab.StartWorker();
        using var second = lab.StartWorker();
        var id = await lab.SubmitAsync(Long);
        await lab.WhenSavedAsync(id);

        WorkerProcess.TrainersOf(id).Length.ShouldBe(1);

        await lab.Jobs.RequestCancelAsync(id, CancellationToken.None);
        await lab.WhenAsync(id, JobState.Cancelled);
        (await lab.Jobs.GetAsync(id, CancellationToken.None))!.Fence.ShouldBe(1);
    }

    [Fact]
    public async Task A_paused_worker_loses_its_job_and_writes_nothing_more()
    {
        using var paused = lab.StartWorker();
        var id = await lab.SubmitAsync(Long);
        await lab.WhenSavedAsync(id);
        var first = WorkerProcess.TrainersOf(id).Single();

        paused.Signal("STOP");
        using var other = lab.StartWorker();
        await lab.WhenAsync(id, "in its second attempt", job => job is { State: JobState.Running, Attempt: 2 });
        await Eventually.Is("the first trainer to end by itself", () => Task.FromResult(!WorkerProcess.TrainersOf(id).Contains(first)));
        paused.Signal("CONT");

        await lab.WhenSavedAsync(id, (await lab.WhenSavedAsync(id)).Step);
        (await lab.WhenAsync(id, JobState.Running)).Fence.ShouldBe(2);
        await lab.Jobs.RequestCancelAsync(id, CancellationToken.None);
        await lab.WhenAsync(id, JobState.Cancelled);
        ShouldBeWhole(await lab.LossesAsync(id));
        paused.HasExited.ShouldBeFalse();
    }

    [Fact]
    public async Task A_running_job_that_is_deleted_in_the_dashboard_is_cancelled()
    {
        using var worker = lab.StartWorker();
        var id = await lab.SubmitAsync(Long);
        await lab.WhenSavedAsync(id);
        var delivery = (await lab.Jobs.GetAsync(id, CancellationToken.None))!.HangfireId!;

        lab.Get<IBackgroundJobClientV2>().Delete(delivery).ShouldBeTrue();

        (await lab.WhenAsync(id, JobState.Cancelled)).CancelRequested.ShouldBeTrue();
    }

    private static void ShouldBeWhole(IReadOnlyList<SeriesPoint> losses) =>
        losses.Select(point => point.Step).ShouldBe(Enumerable.Range(1, losses.Count).Select(step => (long)step), "no gap and no double");
}
