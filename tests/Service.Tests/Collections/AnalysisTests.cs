using System.Net;

namespace ContrastiveService.Service.Tests.Collections;

[Collection(RunningService.Name)]
public sealed class AnalysisTests(ServiceFixture service)
{
    // Two clusters of near-duplicates, a chain, and one far from all.
    private static readonly double[] Angles = [0, 0.5, 1, 40, 40.5, 80, 170];

    [Fact]
    public async Task Near_duplicates_are_groups_joined_by_their_pairs()
    {
        var collection = await FilledAsync();

        var found = await collection.PostAsync("duplicates", new { minCosine = Math.Cos(0.7 * Math.PI / 180) }).JsonAsync();

        (found.Number("items"), found.Number("groups"), found.Number("grouped")).ShouldBe((7, 2, 5));
        var listed = found.Items("listed");
        listed.Select(group => string.Join(' ', group.Items().Select(item => item.Text("key")))).ShouldBe(["at-0 at-0.5 at-1", "at-40 at-40.5"]);
        listed[0].Items().Select(item => item.GetProperty("cosine").GetDouble()).Zip([1, Math.Cos(0.5 * Math.PI / 180), Math.Cos(Math.PI / 180)])
            .ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
        listed[0].Number("size").ShouldBe(3);
        (await collection.PostAsync("duplicates", new { minCosine = 0.9, filter = new { angle = new { gt = 40 } } }).JsonAsync()).Number("groups").ShouldBe(0);
        (await collection.PostAsync("duplicates", new { minCosine = -1, limit = 1 }).JsonAsync()).Number("grouped").ShouldBe(7);
    }

    [Fact]
    public async Task Outliers_come_first_and_a_subset_covers_what_there_is()
    {
        var collection = await FilledAsync();
        var outliers = (await collection.PostAsync("outliers", new { neighbours = 1, limit = 2 }).JsonAsync()).Items();
        outliers.Select(item => item.Text("key")).ShouldBe(["at-170", "at-80"]);
        outliers[0].GetProperty("cosine").GetDouble().ShouldBe(0, 1e-6);
        var subset = await collection.PostAsync("subset", new { size = 3 }).JsonAsync();
        subset.Number("compared").ShouldBe(7);
        var chosen = subset.Items();
        chosen.Count.ShouldBe(3);
        chosen.Select(item => item.Text("key")).ShouldContain("at-170");
        chosen.Select(item => item.GetProperty("cosine").GetDouble()).ShouldBeInOrder();
        (await collection.PostAsync("subset", new { size = 100 }).JsonAsync()).Items().Select(item => item.Text("key")).Distinct().Count().ShouldBe(7);
        (await collection.PostAsync("subset", new { size = 1, filter = new { angle = 12345 } }).JsonAsync()).Items().ShouldBeEmpty();
        (await collection.PostAsync("outliers", new { filter = new { angle = 0 } }).JsonAsync()).Items().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_too_much_or_makes_no_sense_is_refused()
    {
        var collection = await FilledAsync();
        await collection.PostAsync("duplicates", new { }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "minCosine");
        await collection.PostAsync("duplicates", new { minCosine = 2 }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "minCosine");
        await collection.PostAsync("duplicates", new { minCosine = 0.9, limit = 0 }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "limit");
        await collection.PostAsync("outliers", new { neighbours = 101 }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "neighbours");
        await collection.PostAsync("subset", new { }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "size");
        await using var strict = await service.StartApiAsync($"--Api:Keys:0={ServiceFixture.Key}", "--Api:AnalysisItems=5");
        using var http = ServiceFixture.Client(strict, ServiceFixture.Key);
        await Eventually.Is("the other server to be ready", async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode);
        var there = new CollectionClient(http, collection.Name);
        await there.PostAsync("outliers", new { }).ProblemAsync(HttpStatusCode.UnprocessableEntity, "too_much_work", "filter");
        (await there.PostAsync("outliers", new { filter = new { angle = new { gte = 40 } } }).JsonAsync()).Number("compared").ShouldBe(4);
        await strict.StopAsync();
    }

    private async Task<CollectionClient> FilledAsync()
    {
        var collection = await CollectionClient.CreateAsync(service.Http, (await service.ModelAsync()).Name);
        await collection.SendAsync([.. Angles.Select(angle => new { key = FormattableString.Invariant($"at-{angle}"), vector = CollectionClient.Vector(angle), metadata = new { angle } })]).JsonAsync();
        return collection;
    }
}
