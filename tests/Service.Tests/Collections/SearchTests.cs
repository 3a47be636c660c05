using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace ContrastiveService.Service.Tests.Collections;

[Collection(RunningService.Name)]
public sealed class SearchTests(ServiceFixture service)
{
    private static readonly object[] Shelf =
    [
        .. Enumerable.Range(0, 60).Select(i => new
        {
            key = $"{i:00}",
            vector = CollectionClient.Vector(i),
            metadata = new { parity = i % 2 == 0 ? "even" : "odd", angle = i },
        }),
    ];

    [Fact]
    public async Task The_nearest_come_first_with_their_cosines_and_an_item_is_not_its_own_neighbour()
    {
        var collection = await FilledAsync();

        var found = await collection.PostAsync("search", new { vector = CollectionClient.Vector(10.2), k = 3 }).JsonAsync();

        found.Text("model").ShouldBe($"{(await service.ModelAsync()).Name}:2");
        (found.Text("collection"), found.Number("matches")).ShouldBe((collection.Name, 60));
        found.Items().Select(item => item.Text("key")).ShouldBe(["10", "11", "09"]);
        found.Items()[0].GetProperty("score").GetDouble().ShouldBe(Math.Cos(0.2 * Math.PI / 180), 1e-6);
        found.Items()[0].GetProperty("metadata").Text("parity").ShouldBe("even");
        (await collection.SearchAsync(new { key = "00", k = 2 })).Select(hit => hit.Key).ShouldBe(["01", "02"]);
        (await collection.SearchAsync(new { key = "00", k = 1000 })).Count.ShouldBe(59);
    }

    [Fact]
    public async Task A_minimum_cosine_leaves_what_is_near_enough_and_counts_it()
    {
        var collection = await FilledAsync();
        var found = await collection.PostAsync("search", new { vector = CollectionClient.Vector(0), k = 2, minCosine = Math.Cos(5.5 * Math.PI / 180) }).JsonAsync();
        (found.Number("matches"), found.Items().Count).ShouldBe((6, 2));
    }

    [Fact]
    public async Task A_filter_never_costs_hits_that_there_are()
    {
        var collection = await FilledAsync();
        await Expect(new { parity = "odd" }, "01", "03", "05");
        await Expect(new { angle = new { gte = 57 } }, "57", "58", "59");
        await Expect(new { angle = new { gt = 57, lt = 100 }, parity = "even" }, "58");
        await Expect(new { angle = new { @in = new[] { 3, 40, 50, 99 } } }, "03", "40", "50");
        await Expect(new { or = new object[] { new { angle = 59 }, new { and = new object[] { new { parity = "odd" }, new { not = new { angle = new { lt = 30 } } } } } } }, "31", "33", "35");
        await Expect(new { parity = "none" });

        async Task Expect(object filter, params string[] keys) =>
            (await collection.SearchAsync(new { vector = CollectionClient.Vector(0), k = 3, filter })).Select(hit => hit.Key).ShouldBe(keys);
    }

    [Fact]
    public async Task A_picture_finds_itself_as_a_data_uri_an_item_of_a_data_set_or_a_file()
    {
        var model = await service.ModelAsync();
        var collection = await CollectionClient.CreateAsync(service.Http, model.Name, "float16");
        (await collection.ImportAsync(model.Data.Name, "test")).Number("done").ShouldBe(12);
        foreach (var image in new object[] { TestPictures.DataUri(TrainedModel.Picture(40)), new { dataset = model.Data.Name, key = TrainedModel.Key(40) } })
        {
            var (key, score) = (await collection.SearchAsync(new { image, k = 1, model = $"{model.Name}:2" })).Single();
            key.ShouldBe(TrainedModel.Key(40));
            score.ShouldBe(1, 1e-3);
        }

        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(TrainedModel.Picture(40)), "image", "a.png" },
            { new StringContent("2"), "k" },
            { new StringContent("""{ "label": "standing" }"""), "filter" },
        };
        var found = await service.Http.PostAsync($"{collection.Path}/search", form).JsonAsync();
        found.Items().Count.ShouldBe(2);
        found.Items().ShouldAllBe(item => item.GetProperty("metadata").GetProperty("label").GetString() == "standing");
    }

    [Fact]
    public async Task What_another_server_writes_or_deletes_is_in_the_next_search_of_this_one()
    {
        var collection = await FilledAsync();
        await using var other = await service.StartApiAsync($"--Api:Keys:0={ServiceFixture.Key}");
        using var http = ServiceFixture.Client(other, ServiceFixture.Key);
        await Eventually.Is("the other server to be ready", async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode);
        var there = new CollectionClient(http, collection.Name);
        var query = new { vector = CollectionClient.Vector(0), k = 2 };
        (await collection.SearchAsync(query)).Select(hit => hit.Key).ShouldBe(["00", "01"]);
        for (var turn = 0; turn < 5; turn++)
        {
            (await there.SendAsync(new { key = "new", vector = CollectionClient.Vector(0.1) })).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await collection.SearchAsync(query)).Select(hit => hit.Key).ShouldBe(["00", "new"]);
            (await there.SearchAsync(query)).Select(hit => hit.Key).ShouldBe(["00", "new"]);
            (await http.DeleteAsync($"{there.Path}/items/new")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
            (await collection.SearchAsync(query)).Select(hit => hit.Key).ShouldBe(["00", "01"]);
        }

        await other.StopAsync();
    }

    [Fact]
    public async Task Searches_and_writes_at_once_all_get_what_was_there()
    {
        var collection = await FilledAsync();
        var writing = Task.WhenAll(Enumerable.Range(0, 20).Select(i => collection.SendAsync(new { key = $"extra-{i}", vector = CollectionClient.Vector(100 + i) })));
        var found = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => collection.SearchAsync(new { vector = CollectionClient.Vector(i), k = 1 })));
        found.Select(hits => hits.Single().Key).ShouldBe(Enumerable.Range(0, 60).Select(i => $"{i:00}"));
        foreach (var answer in await writing)
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await collection.SearchAsync(new { vector = CollectionClient.Vector(200), k = 1000 })).Count.ShouldBe(80);
    }

    [Fact]
    public async Task What_cannot_be_searched_is_said_clearly()
    {
        var model = await service.ModelAsync();
        var collection = await FilledAsync();
        var vector = CollectionClient.Vector(0);
        await Refuse(new { vector = new[] { 1 } }, "wrong_width", "vector");
        await Refuse(new { }, "invalid_value", "image");
        await Refuse(new { vector, key = "00" }, "invalid_value", "image");
        await Refuse(new { vector, k = 0 }, "invalid_value", "k");
        await Refuse(new { vector, k = 10_001 }, "invalid_value", "k");
        await Refuse(new { vector, minCosine = 1.5 }, "invalid_value", "minCosine");
        await Refuse(new { vector, top = 3 }, "unknown_member", "top");
        await Refuse(new { vector, filter = new { } }, "invalid_value", "filter");
        await Refuse(new { vector, filter = new { angle = new { above = 3 } } }, "unknown_member", "filter.angle.above");
        await Refuse(new { vector, filter = new { angle = new[] { 3 } } }, "invalid_value", "filter.angle");
        await Refuse(new { vector, filter = new { or = new object[] { new { angle = new { gte = true } } } } }, "invalid_value", "filter.or[0].angle.gte");
        await Refuse(new { vector, filter = new { and = 1 } }, "invalid_value", "filter.and");
        await Refuse(new { vector, filter = new { not = 1 } }, "invalid_value", "filter.not");
        await Refuse(new { image = "http://example.org/a.png" }, "invalid_value", "image");
        await collection.PostAsync("search", new { key = "none" }).ProblemAsync(HttpStatusCode.NotFound, "item_not_found", "key");
        await collection.PostAsync("search", new { vector, model = $"{model.Name}:1" }).ProblemAsync(HttpStatusCode.Conflict, "other_model", "model");
        await collection.PostAsync("search", new { vector, model = "none" }).ProblemAsync(HttpStatusCode.NotFound, "model_not_found", "model");
        await service.Http.PostAsJsonAsync("/api/v1/collections/none/search", new { vector }).ProblemAsync(HttpStatusCode.NotFound, "collection_not_found");

        await RefuseText("""{ "label": "\ud800" }""", "invalid_value", "filter.label");
        await RefuseText("""{ "\ud800": "a" }""", "invalid_value", "filter");
        await RefuseText("""{ "label": { "\ud800": 1 } }""", "invalid_value", "filter");
        await RefuseText("""{ "a\u0000": 1 }""", "invalid_value", "filter");
        await RefuseText("""{ "label": { "\u0000": 1 } }""", "unknown_member", "filter.label");
        await RefuseText("""{ "label": { "lt": "\udfff" } }""", "invalid_value", "filter.label.lt");

        async Task RefuseText(string filter, string code, string param)
        {
            using var content = new StringContent($$"""{ "vector": {{JsonSerializer.Serialize(vector)}}, "filter": {{filter}} }""", MediaTypeHeaderValue.Parse("application/json"));
            await service.Http.PostAsync($"{collection.Path}/search", content).ProblemAsync(HttpStatusCode.BadRequest, code, param);
        }

        Task<string> Refuse(object query, string code, string param) => collection.PostAsync("search", query).ProblemAsync(HttpStatusCode.BadRequest, code, param);
    }

    [Fact]
    public async Task A_collection_beyond_the_memory_allowed_is_refused_and_two_that_do_not_fit_together_take_turns()
    {
        var (first, second) = (await FilledAsync(), await FilledAsync());
        foreach (var collection in new[] { first, second })
            await service.Http.PutAsJsonAsync($"{collection.Path}/index", new { choice = "exact" }).JsonAsync();
        await using var small = await service.StartApiAsync($"--Api:Keys:0={ServiceFixture.Key}", $"--Api:SearchMemoryBytes={(1 << 20) + 60_000}");
        using var http = ServiceFixture.Client(small, ServiceFixture.Key);
        await Eventually.Is("the other server to be ready", async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode);
        await new CollectionClient(http, first.Name).SendAsync(Many(1200)).JsonAsync();
        await new CollectionClient(http, second.Name).SendAsync(Many(1200)).JsonAsync();
        for (var turn = 0; turn < 2; turn++)
            foreach (var collection in new[] { first, second })
                (await new CollectionClient(http, collection.Name).SearchAsync(new { vector = CollectionClient.Vector(30), k = 1 })).Single().Key.ShouldBe("30");
        await new CollectionClient(http, first.Name).SendAsync(Many(1900)).JsonAsync();
        await new CollectionClient(http, first.Name).PostAsync("search", new { vector = CollectionClient.Vector(30) }).ProblemAsync(HttpStatusCode.InsufficientStorage, "index_too_large");
        await small.StopAsync();

        static object[] Many(int count) => [.. Enumerable.Range(0, count).Select(i => new { key = $"many-{i}", vector = CollectionClient.Vector(180 + i % 90) })];
    }

    private async Task<CollectionClient> FilledAsync()
    {
        var collection = await CollectionClient.CreateAsync(service.Http, (await service.ModelAsync()).Name);
        (await collection.SendAsync(Shelf).JsonAsync()).Number("added").ShouldBe(60);
        return collection;
    }
}
