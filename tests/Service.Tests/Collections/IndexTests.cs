using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;

namespace ContrastiveService.Service.Tests.Collections;

/// <summary>Approximate indexes over HTTP, on whatever this machine's PostgreSQL offers: with the extension they come, without it the answers say why not.</summary>
[Collection(RunningService.Name)]
public sealed class IndexTests(ServiceFixture service)
{
    [Fact]
    public async Task A_collection_is_searched_exactly_unless_something_else_is_chosen()
    {
        var collection = await FilledAsync("auto");
        var index = (await collection.GetAsync()).GetProperty("index");
        (index.Text("choice"), index.Text("kind"), index.Text("state"), index.Text("reason")).ShouldBe(("auto", "exact", "ready", null));
        var found = await SearchAsync(collection);
        (found.GetProperty("exact").GetBoolean(), found.TryGetProperty("reason", out _)).ShouldBe((true, false));
    }

    [Fact]
    public async Task An_approximate_index_is_built_measured_and_used_where_the_database_can_and_the_reason_said_where_it_cannot()
    {
        var offered = await OfferedAsync();
        var collection = await FilledAsync("hnsw");
        var index = await SettledAsync(collection, "hnsw");
        (index.Text("choice"), index.Text("state"), index.Text("kind")).ShouldBe(("hnsw", offered ? "ready" : "failed", offered ? "hnsw" : "exact"));
        if (offered)
        {
            index.GetProperty("recallAt10").GetDouble().ShouldBeGreaterThanOrEqualTo(0.95);
            index.Number("sample").ShouldBe(100);
            index.GetProperty("measuredAt").GetDateTime().ShouldBeGreaterThan(DateTime.UtcNow.AddHours(-1));
            index.Text("reason").ShouldBeNull();
        }
        else
        {
            index.Text("reason")!.ShouldContain("extension vector");
        }

        var found = await SearchAsync(collection);
        found.GetProperty("exact").GetBoolean().ShouldBe(!offered);
        Keys(found).ShouldBe(["10", "11", "09"]);
        var exact = await SearchAsync(collection, exact: true);
        (exact.GetProperty("exact").GetBoolean(), exact.TryGetProperty("reason", out _), exact.Number("matches")).ShouldBe((true, false, 120));
        Keys(exact).ShouldBe(["10", "11", "09"]);
        (await collection.SendAsync(new { key = "new", vector = CollectionClient.Vector(10.2) })).StatusCode.ShouldBe(HttpStatusCode.OK);
        Keys(await SearchAsync(collection))[0].ShouldBe("new");
        var filtered = await collection.PostAsync("search", new { vector = CollectionClient.Vector(0), k = 10, filter = new { angle = new { lt = 4 } } }).JsonAsync();
        (filtered.Number("matches"), filtered.GetProperty("exact").GetBoolean()).ShouldBe((4, true));

        (await ChooseAsync(collection, "exact")).Text("kind").ShouldBe("exact");
        (await SearchAsync(collection)).GetProperty("exact").GetBoolean().ShouldBeTrue();
        (await collection.GetAsync()).GetProperty("index").Text("choice").ShouldBe("exact");
        (await service.Http.GetAsync($"{collection.Path}/index").JsonAsync()).Text("state").ShouldBe("ready");
    }

    [Fact]
    public async Task A_collection_that_outgrows_the_memory_goes_on_in_the_database_where_that_can_and_is_refused_where_not()
    {
        var offered = await OfferedAsync();
        var collection = await FilledAsync("auto");
        await using var small = await service.StartApiAsync($"--Api:Keys:0={ServiceFixture.Key}", $"--Api:SearchMemoryBytes={1 << 20}");
        using var http = ServiceFixture.Client(small, ServiceFixture.Key);
        await Eventually.Is("the other server to be ready", async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode);
        var there = new CollectionClient(http, collection.Name);
        for (var part = 0; part < 4; part++)
            await there.SendAsync([.. Enumerable.Range(0, 2000).Select(i => new { key = $"many-{part}-{i}", vector = CollectionClient.Vector(120 + (2000 * part + i) * 230 / 8000.0) })]).JsonAsync();
        await SettledAsync(there, "auto");

        if (offered)
        {
            // An approximate search may miss the few that lie apart; among the many it comes close.
            var near = await there.PostAsync("search", new { vector = CollectionClient.Vector(235), k = 3 }).JsonAsync();
            near.Items().Select(item => item.GetProperty("score").GetDouble()).ShouldAllBe(score => score > Math.Cos(Math.PI / 180));
            near.Items().Count.ShouldBe(3);
            var exact = await SearchAsync(there, exact: true);
            Keys(exact).ShouldBe(["10", "11", "09"]);
            (exact.GetProperty("exact").GetBoolean(), exact.Number("matches")).ShouldBe((true, 8120));
        }
        else
        {
            var why = await there.PostAsync("search", new { vector = CollectionClient.Vector(0) }).ProblemAsync(HttpStatusCode.InsufficientStorage, "index_too_large");
            why.ShouldContain("extension vector");
        }

        Keys(await SearchAsync(collection)).ShouldBe(["10", "11", "09"]);
        await small.StopAsync();
    }

    [Fact]
    public async Task What_is_no_index_is_refused()
    {
        var collection = await FilledAsync("auto");
        await service.Http.PutAsJsonAsync($"{collection.Path}/index", new { }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "choice");
        await service.Http.PutAsJsonAsync("/api/v1/collections/none/index", new { choice = "hnsw" }).ProblemAsync(HttpStatusCode.NotFound, "collection_not_found");
        (await service.Http.PutAsJsonAsync($"{collection.Path}/index", new { choice = "ivfflat" })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var form = new MultipartFormDataContent { { new ByteArrayContent(TrainedModel.Picture(40)), "image", "a.png" }, { new StringContent("perhaps"), "exact" } };
        await service.Http.PostAsync($"{collection.Path}/search", form).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "exact");
    }

    private async Task<CollectionClient> FilledAsync(string index)
    {
        var name = $"shelf-{Guid.NewGuid():N}";
        await service.Http.PostAsJsonAsync("/api/v1/collections", new { name, model = (await service.ModelAsync()).Name, index }).JsonAsync(HttpStatusCode.Created);
        var collection = new CollectionClient(service.Http, name);
        await collection.SendAsync([.. Enumerable.Range(0, 120).Select(i => new { key = $"{i:00}", vector = CollectionClient.Vector(i), metadata = new { angle = i } })]).JsonAsync();
        return collection;
    }

    /// <summary>The index once there is nothing more to wait for.</summary>
    private static async Task<JsonElement> SettledAsync(CollectionClient collection, string choice)
    {
        JsonElement index = default;
        await Eventually.Is("the index to be ready or to fail", async () =>
        {
            index = (await collection.GetAsync()).GetProperty("index");
            return index.Text("state") is "ready" or "failed";
        });
        index.Text("choice").ShouldBe(choice);
        return index;
    }

    private Task<JsonElement> ChooseAsync(CollectionClient collection, string choice) => service.Http.PutAsJsonAsync($"{collection.Path}/index", new { choice }).JsonAsync();

    private static Task<JsonElement> SearchAsync(CollectionClient collection, bool? exact = null) =>
        collection.PostAsync("search", new { vector = CollectionClient.Vector(10.2), k = 3, exact }).JsonAsync();

    private static List<string?> Keys(JsonElement found) => [.. found.Items().Select(item => item.Text("key"))];

    /// <summary>Whether this PostgreSQL has the extension, in a version that will do.</summary>
    private async Task<bool> OfferedAsync()
    {
        await using var source = NpgsqlDataSource.Create(service.ConnectionString);
        await using var command = source.CreateCommand("select default_version from pg_available_extensions where name = 'vector'");
        return await command.ExecuteScalarAsync() is string version && Version.Parse(version) >= new Version(0, 8, 4);
    }
}
