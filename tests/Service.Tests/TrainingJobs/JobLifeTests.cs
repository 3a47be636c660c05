using System.Net;
using System.Net.Http.Headers;

namespace ContrastiveService.Service.Tests.TrainingJobs;

[Collection(RunningService.Name)]
public sealed class JobLifeTests(ServiceFixture service)
{
    private const string Jobs = QueuedJob.Jobs;

    [Fact]
    public async Task A_queued_job_is_cancelled_at_once_and_can_be_resumed()
    {
        var job = await QueuedJob.CreateAsync(service.Http);
        (await QueuedJob.CancelAsync(service.Http, job)).Text("state").ShouldBe("cancelled");
        (await QueuedJob.CancelAsync(service.Http, job)).Text("state").ShouldBe("cancelled");
        (await QueuedJob.ResumeAsync(service.Http, job)).Text("state").ShouldBe("queued");
        await service.Http.PostAsync($"{Jobs}/{job.Text("id")}/resume", null).ProblemAsync(HttpStatusCode.Conflict, "wrong_state");
        await QueuedJob.CancelAsync(service.Http, job);
    }

    [Fact]
    public async Task Polling_with_the_etag_answers_304_until_something_happens()
    {
        var job = await QueuedJob.CreateAsync(service.Http);
        using var first = await service.Http.GetAsync($"{Jobs}/{job.Text("id")}");
        var tag = first.Headers.ETag.ShouldNotBeNull();
        using var same = await PollAsync(tag);
        same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await same.Content.ReadAsStringAsync()).ShouldBeEmpty();
        same.Headers.ETag.ShouldBe(tag);

        await QueuedJob.CancelAsync(service.Http, job);
        using var other = await PollAsync(tag);
        other.StatusCode.ShouldBe(HttpStatusCode.OK);
        other.Headers.ETag.ShouldNotBe(tag);

        Task<HttpResponseMessage> PollAsync(EntityTagHeaderValue known) =>
            service.Http.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"{Jobs}/{job.Text("id")}") { Headers = { IfNoneMatch = { known } } });
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_by_state_and_page()
    {
        var older = await QueuedJob.CreateAsync(service.Http);
        var newer = await QueuedJob.CreateAsync(service.Http);
        var first = await service.Http.GetAsync($"{Jobs}?state=queued&limit=1").JsonAsync();
        first.Items().ShouldHaveSingleItem().Text("id").ShouldBe(newer.Text("id"));
        var second = await service.Http.GetAsync($"{Jobs}?state=queued&limit=1&cursor={first.Text("nextCursor")}").JsonAsync();
        second.Items().ShouldHaveSingleItem().Text("id").ShouldBe(older.Text("id"));

        await QueuedJob.CancelAsync(service.Http, newer);
        (await service.Http.GetAsync($"{Jobs}?state=cancelled&limit=1000").JsonAsync()).Items().Select(j => j.Text("id")).ShouldContain(newer.Text("id"));
        (await service.Http.GetAsync($"{Jobs}?state=done").ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "state")).ShouldContain("succeeded");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/metrics")]
    [InlineData("/events")]
    [InlineData("/checkpoints")]
    public async Task A_job_that_is_not_there_is_a_404(string part) =>
        await service.Http.GetAsync($"{Jobs}/{Guid.NewGuid()}{part}").ProblemAsync(HttpStatusCode.NotFound, "job_not_found");

    [Theory]
    [InlineData("cancel")]
    [InlineData("resume")]
    public async Task Nor_can_it_be_changed(string verb) =>
        await service.Http.PostAsync($"{Jobs}/{Guid.NewGuid()}/{verb}", null).ProblemAsync(HttpStatusCode.NotFound, "job_not_found");
}
