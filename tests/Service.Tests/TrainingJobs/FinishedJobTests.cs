using System.Net;
using System.Net.ServerSentEvents;

namespace ContrastiveService.Service.Tests.TrainingJobs;

[Collection(RunningService.Name)]
public sealed class FinishedJobTests(ServiceFixture service)
{
    [Fact]
    public async Task It_shows_where_it_ended_and_what_it_became()
    {
        var model = await service.ModelAsync();
        var job = await service.Http.GetAsync($"{QueuedJob.Jobs}/{model.JobId}").JsonAsync();
        (job.Text("state"), job.Number("attempt"), job.Text("error"), job.Text("queue")).ShouldBe(("succeeded", 1, null, "cpu"));
        job.Text("modelVersion").ShouldNotBeNull().ShouldStartWith(model.Name + ":");
        job.Text("worker").ShouldNotBeNullOrEmpty();
        var progress = job.GetProperty("progress");
        (progress.Number("epoch"), progress.Number("epochs")).ShouldBe((2, 2));
        progress.GetProperty("imagesPerSecond").GetDouble().ShouldBeGreaterThan(0);
        await service.Http.PostAsync($"{QueuedJob.Jobs}/{model.JobId}/cancel", null).ProblemAsync(HttpStatusCode.Conflict, "wrong_state");
    }

    [Fact]
    public async Task Metrics_come_by_name_and_thinned_with_both_ends_kept()
    {
        var model = await service.ModelAsync();
        var all = (await service.Http.GetAsync($"{QueuedJob.Jobs}/{model.JobId}/metrics").JsonAsync()).Items("series");
        all.Select(s => s.Text("name")).ShouldContain("loss");
        all.Select(s => s.Text("name")).ShouldContain("knnTop1");
        var whole = all.Single(s => s.Text("name") == "loss").Items("steps").Select(s => s.GetInt64()).ToArray();
        whole.Length.ShouldBeGreaterThan(2);

        var thin = (
            await service.Http.GetAsync($"{QueuedJob.Jobs}/{model.JobId}/metrics?names=loss&maxPoints=2").JsonAsync()).Items("series").ShouldHaveSingleItem();
        thin.Items("steps").Select(s => s.GetInt64()).ShouldBe([whole[0], whole[^1]]);
        thin.Items("values").Count.ShouldBe(2);
        (
            await service.Http.GetAsync(
                $"{QueuedJob.Jobs}/{model.JobId}/metrics?names=los").ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "names")).ShouldContain("loss");
        await service.Http.GetAsync($"{QueuedJob.Jobs}/{model.JobId}/metrics?maxPoints=1").ProblemAsync(
            HttpStatusCode.BadRequest, "invalid_value", "maxPoints");
    }

    [Fact]
    public async Task Its_events_stream_from_the_first_to_the_last_and_the_stream_ends()
    {
        var model = await service.ModelAsync();
        using var request = new HttpRequestMessage(
            HttpMethod.Get, $"{QueuedJob.Jobs}/{model.JobId}/events")
        { Headers = { Accept = { new("text/event-stream") } } };
        using var response = await service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var events = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
            events.Add(item);
        events.Select(e => e.EventId).ShouldBe(Enumerable.Range(1, events.Count).Select(i => $"{i}"));
        events[0].EventType.ShouldBe("queued");
        events[^1].EventType.ShouldBe("succeeded");
    }
}
