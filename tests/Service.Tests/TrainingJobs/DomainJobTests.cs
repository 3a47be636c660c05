using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ContrastiveService.Service.Tests.TrainingJobs;

[Collection(RunningService.Name)]
public sealed class DomainJobTests(ServiceFixture service)
{
    private const string OnTarget = """{ "type": "supervised", "onTarget": true }""";

    [Fact]
    public async Task Two_domains_of_one_data_set_or_two_data_sets_can_be_named()
    {
        var both = await TwoDomainsAsync();
        var inside = await SubmitAsync(both.Name, """{ "source": "day", "target": "night" }""").JsonAsync(HttpStatusCode.Accepted);
        (inside.GetProperty("plan").GetProperty("domains").Text("source"), inside.GetProperty("plan").GetProperty("domains").Text("target")).ShouldBe(("day", "night"));

        var other = await QueuedJob.DatasetAsync(service.Http);
        var across = await SubmitAsync(both.Name, $$"""{ "source": "day", "targetDataset": "{{other.Name}}" }""").JsonAsync(HttpStatusCode.Accepted);
        across.GetProperty("plan").GetProperty("domains").Text("targetDataset").ShouldBe(other.Name);
    }

    [Fact]
    public async Task A_target_data_set_in_use_cannot_be_deleted_and_a_job_without_it_cannot_be_resumed()
    {
        var (source, target) = (await QueuedJob.DatasetAsync(service.Http), await QueuedJob.DatasetAsync(service.Http));
        var job = await SubmitAsync(source.Name, $$"""{ "targetDataset": "{{target.Name}}" }""").JsonAsync(HttpStatusCode.Accepted);

        (await service.Http.DeleteAsync(target.Path)).StatusCode.ShouldBe(HttpStatusCode.Conflict);

        await QueuedJob.CancelAsync(service.Http, job);
        (await service.Http.DeleteAsync(target.Path)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var resumed = await service.Http.PostAsync($"{QueuedJob.Jobs}/{job.Text("id")}/resume", null);
        resumed.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_source_and_a_target_are_needed_and_must_have_pictures()
    {
        var both = await TwoDomainsAsync();

        (await Refused(both.Name, """{ "source": "day" }""", "domains.target")).ShouldContain("day, night");
        (await Refused(both.Name, """{ "source": "day", "target": "day" }""", "domains.target")).ShouldContain("Two domains are needed");
        (await Refused(both.Name, """{ "target": "night" }""", "domains.source")).ShouldContain("domains.targetDataset");
        (await Refused(both.Name, """{ "source": "dusk", "target": "night" }""", "domains.source")).ShouldContain("day, night");
        (await Refused(both.Name, """{ "source": "day", "target": "dawn" }""", "domains.target")).ShouldContain("day, night");
        var plain = await QueuedJob.DatasetAsync(service.Http);
        (await Refused(plain.Name, """{ "source": "day", "target": "night" }""", "domains.source")).ShouldContain("domain/label/file");
        var empty = await DatasetClient.CreateAsync(service.Http);
        (await Refused(both.Name, $$"""{ "targetDataset": "{{empty.Name}}" }""", "domains.targetDataset")).ShouldContain("Upload some first");
        await SubmitAsync(both.Name, """{ "targetDataset": "not-there" }""").ProblemAsync(HttpStatusCode.NotFound, "dataset_not_found", "domains.targetDataset");
        (await Refused(both.Name, null, "domains")).ShouldContain("aligns a target domain with a source");
    }

    private async Task<string> Refused(string dataset, string? domains, string param) =>
        await SubmitAsync(dataset, domains).ProblemAsync(HttpStatusCode.BadRequest, "invalid_plan", param);

    private Task<HttpResponseMessage> SubmitAsync(string dataset, string? domains)
    {
        var request = QueuedJob.Request(dataset);
        request["method"] = JsonNode.Parse(OnTarget);
        if (domains is not null)
            request["domains"] = JsonNode.Parse(domains);
        return service.Http.PostAsJsonAsync(QueuedJob.Jobs, request);
    }

    private async Task<DatasetClient> TwoDomainsAsync()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        await set.ImportAsync(TestArchives.Zip([.. Enumerable.Range(0, 24).Select(i =>
            ($"{(i < 12 ? "day" : "night")}/{(i % 2 == 0 ? "lying" : "standing")}/{i}.png", TestPictures.Bar(i, i)))]));
        return set;
    }
}
