using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace ContrastiveService.Service.Tests.TrainingJobs;

[Collection(RunningService.Name)]
public sealed class EventTests(ServiceFixture service)
{
    [Fact]
    public async Task A_stream_that_breaks_goes_on_after_the_last_event_with_nothing_lost_or_doubled()
    {
        var job = await QueuedJob.CreateAsync(service.Http);
        var seen = new List<SseItem<string>>();

        // A first reader leaves after one event; a second comes back with its number and stays.
        await foreach (var item in ReadAsync(job, null))
        {
            seen.Add(item);
            break;
        }

        await QueuedJob.CancelAsync(service.Http, job);
        await QueuedJob.ResumeAsync(service.Http, job);
        await foreach (var item in ReadAsync(job, seen[^1].EventId))
        {
            seen.Add(item);
            if (seen.Count == 3)
                await QueuedJob.CancelAsync(service.Http, job);
        }

        seen.Select(e => (e.EventId, e.EventType)).ShouldBe([("1", "queued"), ("2", "cancelled"), ("3", "resumed"), ("4", "cancelled")]);
        var data = JsonDocument.Parse(seen[^1].Data).RootElement;
        (data.Number("sequence"), data.Text("type"), data.Text("message")).ShouldBe((4, "cancelled", "Cancelled."));
    }

    [Fact]
    public async Task A_reader_who_has_everything_of_an_ended_job_is_told_not_to_come_back()
    {
        var job = await QueuedJob.CreateAsync(service.Http);
        await QueuedJob.CancelAsync(service.Http, job);
        using var stream = await OpenAsync(job, "2");
        stream.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await OpenAsync(job, "two").ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "Last-Event-ID");
    }

    [Fact]
    public async Task The_same_events_come_as_pages_of_json()
    {
        var job = await QueuedJob.CreateAsync(service.Http);
        await QueuedJob.CancelAsync(service.Http, job);
        var first = await service.Http.GetAsync($"{QueuedJob.Jobs}/{job.Text("id")}/events?limit=1").JsonAsync();
        first.Items().ShouldHaveSingleItem().Number("sequence").ShouldBe(1);
        var second = await service.Http.GetAsync($"{QueuedJob.Jobs}/{job.Text("id")}/events?cursor={first.Text("nextCursor")}").JsonAsync();
        second.Items().ShouldHaveSingleItem().Text("type").ShouldBe("cancelled");
        second.Text("nextCursor").ShouldBeNull();
    }

    private async IAsyncEnumerable<SseItem<string>> ReadAsync(JsonElement job, string? after)
    {
        using var response = await OpenAsync(job, after);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("text/event-stream");
        await using var stream = await response.Content.ReadAsStreamAsync();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync())
            yield return item;
    }

    private Task<HttpResponseMessage> OpenAsync(JsonElement job, string? after)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{QueuedJob.Jobs}/{job.Text("id")}/events");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (after is not null)
            request.Headers.Add("Last-Event-ID", after);
        return service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
