using System.Net;
using System.Net.Http.Json;
using Npgsql;

namespace ContrastiveService.Service.Tests.Collections;

[Collection(RunningService.Name)]
public sealed class ReembeddingTests(ServiceFixture service)
{
    private const double Tolerance = 1e-4;

    [Fact]
    public async Task Every_item_gets_the_vector_that_the_new_version_makes_of_its_picture_wherever_that_is()
    {
        var model = await service.ModelAsync();
        var collection = await CollectionClient.CreateAsync(service.Http, $"{model.Name}:1");
        var client = new ReembeddingClient(service.Http, collection);
        await collection.ImportAsync(model.Data.Name, "train");
        await collection.SendAsync(
            new { key = "uri", image = TestPictures.DataUri(TrainedModel.Picture(40)), metadata = new { label = "lying" } },
            new { key = "reference", image = new { dataset = model.Data.Name, key = TrainedModel.Key(41) } }).JsonAsync();
        using var form = new MultipartFormDataContent { { new ByteArrayContent(TrainedModel.Picture(42)), "file", "file.png" } };
        await service.Http.PostAsync($"{collection.Path}/items", form).JsonAsync();
        var before = await collection.GetAsync();
        (before.Text("model"), before.GetProperty("keepPictures").GetBoolean()).ShouldBe(($"{model.Name}:1", true));

        var ended = await client.SucceedAsync(new { model = $"{model.Name}@latest" });

        (ended.Text("from"), ended.Text("to")).ShouldBe(($"{model.Name}:1", $"{model.Name}:2"));
        (ended.Number("done"), ended.Number("total"), ended.Number("failed"), ended.Number("dropped")).ShouldBe((39, 39, 0, 0));
        ended.GetProperty("itemsPerSecond").GetDouble().ShouldBeGreaterThan(0);
        var after = await collection.GetAsync();
        (after.Text("model"), after.Number("items")).ShouldBe(($"{model.Name}:2", 39));
        after.TryGetProperty("reEmbedding", out _).ShouldBeFalse();
        await ShouldBeOfAsync(client, $"{model.Name}:2", [.. Enumerable.Range(0, 36).Select(i => (TrainedModel.Key(i), i)), ("uri", 40), ("reference", 41), ("file.png", 42)]);
        (await service.Http.GetAsync($"{collection.Path}/items/uri").JsonAsync()).GetProperty("metadata").Text("label").ShouldBe("lying");
        (await collection.SearchAsync(new { image = TestPictures.DataUri(TrainedModel.Picture(40)), k = 1 })).Single().ShouldBe(("uri", 1.0), new ByScore(Tolerance));
        (await service.Http.GetAsync($"{collection.Path}/re-embeddings").JsonAsync()).EnumerateArray().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Searches_during_cut_overs_are_wholly_of_the_version_that_they_name_on_every_server()
    {
        var model = await service.ModelAsync();
        var collection = await CollectionClient.CreateAsync(service.Http, $"{model.Name}:1");
        var client = new ReembeddingClient(service.Http, collection);
        await collection.ImportAsync(model.Data.Name);
        await using var other = await service.StartApiAsync($"--Api:Keys:0={ServiceFixture.Key}");
        using var http = ServiceFixture.Client(other, ServiceFixture.Key);
        await Eventually.Is("the other server to be ready", async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode);
        var expected = new Dictionary<string, IReadOnlyList<float[]>>();
        foreach (var version in new[] { $"{model.Name}:1", $"{model.Name}:2" })
            expected[version] = await client.EmbedAsync(version, Enumerable.Range(0, 48));
        var numbers = Enumerable.Range(0, 48).ToDictionary(TrainedModel.Key, i => i);
        // Were they nearly the same, a mixture would not show.
        Enumerable.Range(1, 47).Max(i => Math.Abs(Score($"{model.Name}:1", 0, i) - Score($"{model.Name}:2", 0, i))).ShouldBeGreaterThan(100 * Tolerance);
        using var end = new CancellationTokenSource();
        var seen = new HashSet<(int Who, string Version)>();
        var searching = Enumerable.Range(0, 4).Select(who => SearchAsync(who, who % 2 == 0 ? collection : new CollectionClient(http, collection.Name))).ToArray();

        foreach (var version in new[] { 2, 1, 2, 1 })
        {
            await client.SucceedAsync(new { model = $"{model.Name}:{version}" });
            // Each searcher has met this version, so each cut-over came between answers of the two.
            await Eventually.Is("all to search it", () => Task.FromResult(Met($"{model.Name}:{version}")));
            lock (seen)
                seen.Clear();
        }

        await end.CancelAsync();
        await Task.WhenAll(searching);
        await other.StopAsync();

        bool Met(string version)
        {
            searching.ShouldAllBe(task => !task.IsFaulted);
            lock (seen)
                return Enumerable.Range(0, searching.Length).All(who => seen.Contains((who, version)));
        }

        double Score(string version, int query, int item) => ReembeddingClient.Dot(expected[version][query], expected[version][item]);

        async Task SearchAsync(int who, CollectionClient at)
        {
            for (var query = who; !end.IsCancellationRequested; query = (query + 1) % 48)
            {
                object what = query % 2 == 0 ? new { key = TrainedModel.Key(query), k = 100 } : new { image = TestPictures.DataUri(TrainedModel.Picture(query)), k = 100 };
                var answer = await at.PostAsync("search", what).JsonAsync();
                var version = answer.Text("model")!;
                answer.Items().Count.ShouldBe(query % 2 == 0 ? 47 : 48);
                foreach (var item in answer.Items())
                    item.GetProperty("score").GetDouble().ShouldBe(Score(version, query, numbers[item.Text("key")!]), Tolerance, $"{version}: {item.GetRawText()}");
                lock (seen)
                    seen.Add((who, version));
            }
        }
    }

    [Fact]
    public async Task What_is_written_replaced_deleted_or_imported_meanwhile_is_there_and_of_the_new_version()
    {
        var model = await service.ModelAsync();
        var collection = await CollectionClient.CreateAsync(service.Http, $"{model.Name}:1");
        var client = new ReembeddingClient(service.Http, collection);
        await collection.SendAsync([.. Enumerable.Range(0, 40).Select(i => Sent($"{i}", i))]).JsonAsync();
        var id = await client.StartAsync(new { model = $"{model.Name}:2" });
        var import = (await collection.PostAsync("import", new { dataset = model.Data.Name, split = "test" }).JsonAsync(HttpStatusCode.Accepted)).Text("id")!;

        var ended = false;
        var written = 0;
        // Until it has ended, and once more: the last ones were embedded by one version or the other, and nobody need know by which.
        for (var last = false; !last; last = ended)
        {
            ended = (await client.GetAsync(id)).Text("state") is not ("queued" or "running");
            await collection.SendAsync(Sent("new", 41 + written % 2), Sent($"{written % 20}", 47), Sent($"extra-{written % 100}", written % 48)).JsonAsync();
            (await service.Http.DeleteAsync($"{collection.Path}/items/{20 + written % 20}")).StatusCode.ShouldBeOneOf(HttpStatusCode.NoContent, HttpStatusCode.NotFound);
            written++;
        }

        (await client.EndAsync(id)).Text("state").ShouldBe("succeeded");
        await collection.FinishAsync(import);
        var must = new Dictionary<string, int>();
        for (var i = 0; i < 40; i++)
            must[$"{i}"] = i;
        for (var i = 0; i < written; i++)
        {
            (must["new"], must[$"{i % 20}"], must[$"extra-{i % 100}"]) = (41 + i % 2, 47, i % 48);
            must.Remove($"{20 + i % 20}");
        }

        for (var i = 36; i < 48; i++)
            must[TrainedModel.Key(i)] = i;
        await ShouldBeOfAsync(client, $"{model.Name}:2", [.. must.Select(pair => (pair.Key, pair.Value))]);
        (await collection.GetAsync()).Number("items").ShouldBe(must.Count);
    }

    [Fact]
    public async Task One_whose_server_was_killed_is_finished_by_another_from_where_it_stood()
    {
        var model = await service.ModelAsync();
        var collection = await CollectionClient.CreateAsync(service.Http, $"{model.Name}:1");
        var client = new ReembeddingClient(service.Http, collection);
        await collection.ImportAsync(model.Data.Name);
        // As a server leaves it that was killed behind the twentieth item: here with vectors that tell whether they were made again.
        var id = await UnderWayAsync(collection, $"{model.Name}:2");
        await ExecuteAsync(
            $"""
            insert into collection_reembedded (reembedding_id, item_id, revision, vector, missing)
            select '{id}', i.id, i.revision, decode('0000803f' || repeat('00000000', {TrainedModel.Width - 1}), 'hex'), false
            from collection_item i join collection c on c.id = i.collection_id where c.name = '{collection.Name}' order by i.revision, i.id limit 20;
            update collection_reembedding set done = 20, seconds = 1, lease_until = now() - interval '1 second',
                (position_revision, position_item) = (select revision, item_id from collection_reembedded where reembedding_id = '{id}' order by revision desc, item_id desc limit 1)
            where id = '{id}'
            """);

        var ended = await client.EndAsync(id);

        ended.Text("state").ShouldBe("succeeded", ended.GetRawText());
        var vectors = await client.VectorsAsync();
        vectors.Values.Count(vector => vector[0] == 1).ShouldBe(20);
        var expected = await client.EmbedAsync($"{model.Name}:2", Enumerable.Range(0, 48));
        for (var i = 0; i < 48; i++)
            if (vectors[TrainedModel.Key(i)] is var vector && vector[0] != 1)
                ReembeddingClient.Dot(vector, expected[i]).ShouldBe(1, Tolerance);
    }

    [Fact]
    public async Task Meanwhile_the_collection_shows_it_takes_no_bare_vectors_and_goes_on_when_it_is_cancelled()
    {
        var model = await service.ModelAsync();
        var collection = await CollectionClient.CreateAsync(service.Http, $"{model.Name}:1");
        var client = new ReembeddingClient(service.Http, collection);
        await collection.SendAsync(Sent("a", 1), Sent("b", 2)).JsonAsync();
        // Another server is at it, and will be for a while.
        var id = await UnderWayAsync(collection, $"{model.Name}:2");

        var shown = (await collection.GetAsync()).GetProperty("reEmbedding");

        (shown.Text("id"), shown.Text("to"), shown.Text("state"), shown.Number("done"), shown.Number("total")).ShouldBe((id, $"{model.Name}:2", "running", 0, 2));
        (await client.StartAsync(new { model = $"{model.Name}:2" })).ShouldBe(id);
        await collection.PostAsync("re-embeddings", new { model = $"{model.Name}:2", dropMissing = true }).ProblemAsync(HttpStatusCode.Conflict, "in_use");
        (await collection.SendAsync(Sent("c", 3), new { key = "d", vector = CollectionClient.Vector(0) }).ProblemAsync(HttpStatusCode.Conflict, "re_embedding_under_way", "items[1]")).ShouldContain("'d'");
        await collection.SendAsync(Sent("c", 3)).JsonAsync();
        (await service.Http.PostAsync($"{collection.Path}/re-embeddings/{id}/cancel", null).JsonAsync()).Text("state").ShouldBe("cancelled");
        (await service.Http.PostAsync($"{collection.Path}/re-embeddings/{id}/cancel", null).JsonAsync()).Text("state").ShouldBe("cancelled");
        await collection.SendAsync(new { key = "d", vector = CollectionClient.Vector(0) }).JsonAsync();
        var now = await collection.GetAsync();
        (now.Text("model"), now.Number("items")).ShouldBe(($"{model.Name}:1", 4));
        await service.Http.GetAsync($"{collection.Path}/re-embeddings/{Guid.NewGuid()}").ProblemAsync(HttpStatusCode.NotFound, "re_embedding_not_found");
        await collection.PostAsync("re-embeddings", new { model = model.Name + ":1" }).ProblemAsync(HttpStatusCode.Conflict, "same_version", "model");
        await collection.PostAsync("re-embeddings", new { model = "none" }).ProblemAsync(HttpStatusCode.NotFound, "model_not_found", "model");
        await collection.PostAsync("re-embeddings", new { }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "model");
    }

    [Fact]
    public async Task Items_without_a_picture_are_named_at_once_and_left_out_only_when_that_is_said()
    {
        var model = await service.ModelAsync();
        var collection = await CollectionClient.CreateAsync(service.Http, $"{model.Name}:1");
        var client = new ReembeddingClient(service.Http, collection);
        await collection.SendAsync([Sent("picture", 5), .. Enumerable.Range(0, 7).Select(i => new { key = $"vector-{i}", vector = CollectionClient.Vector(i) })]).JsonAsync();

        var message = await collection.PostAsync("re-embeddings", new { model = model.Name }).ProblemAsync(HttpStatusCode.Conflict, "items_without_picture", "dropMissing");

        message.ShouldStartWith("7 items have no picture");
        message.ShouldContain("'vector-0', 'vector-1', 'vector-2', 'vector-3', 'vector-4' and others");
        var ended = await client.SucceedAsync(new { model = model.Name, dropMissing = true });
        (ended.Number("dropped"), ended.Number("failed"), ended.Number("total")).ShouldBe((7, 7, 1));
        await ShouldBeOfAsync(client, $"{model.Name}:2", [("picture", 5)]);
        var failures = await client.FailuresAsync(ended.Text("id")!);
        failures.Select(f => f.Text("key")).ShouldBe(Enumerable.Range(0, 7).Select(i => $"vector-{i}"));
        failures[0].GetProperty("missing").GetBoolean().ShouldBeTrue();
        (await collection.SearchAsync(new { key = "picture" })).ShouldBeEmpty();
        var bare = await service.Http.PostAsJsonAsync("/api/v1/collections", new { name = $"{collection.Name}-bare", model = $"{model.Name}:1", keepPictures = false }).JsonAsync(HttpStatusCode.Created);
        var second = new CollectionClient(service.Http, bare.Text("name")!);
        await second.SendAsync(Sent("not-kept", 5)).JsonAsync();
        (await second.PostAsync("re-embeddings", new { model = model.Name }).ProblemAsync(HttpStatusCode.Conflict, "items_without_picture", "dropMissing")).ShouldContain("'not-kept'");
    }

    [Fact]
    public async Task A_picture_that_cannot_be_embedded_keeps_the_collection_as_it_is_or_is_left_out()
    {
        var model = await service.ModelAsync();
        var collection = await CollectionClient.CreateAsync(service.Http, $"{model.Name}:1");
        var client = new ReembeddingClient(service.Http, collection);
        await collection.SendAsync(Sent("good", 6), Sent("broken", 7)).JsonAsync();
        await ExecuteAsync(
            $"update collection_picture set bytes = 'x' where item_id = (select i.id from collection_item i join collection c on c.id = i.collection_id where c.name = '{collection.Name}' and key = 'broken')");

        var failed = await client.EndAsync(await client.StartAsync(new { model = model.Name }));

        failed.Text("state").ShouldBe("failed");
        failed.Text("error")!.ShouldStartWith("1 items could not be embedded, so the collection stays with " + model.Name + ":1.");
        failed.Text("error")!.ShouldContain("'broken': ");
        failed.Text("error")!.ShouldContain(". Send them again or delete them");
        failed.Text("error")!.ShouldNotContain("..");
        (await client.FailuresAsync(failed.Text("id")!)).ShouldHaveSingleItem().Text("reason")!.ShouldContain("cannot be read as a picture");
        await ShouldBeOfAsync(client, $"{model.Name}:1", [("good", 6), ("broken", 7)]);
        (await client.SucceedAsync(new { model = model.Name, dropFailed = true })).Number("dropped").ShouldBe(1);
        await ShouldBeOfAsync(client, $"{model.Name}:2", [("good", 6)]);
    }

    [Fact]
    public async Task Vectors_may_become_longer_or_shorter()
    {
        var model = await service.ModelAsync();
        var wide = await service.WideModelAsync();
        var collection = await CollectionClient.CreateAsync(service.Http, model.Name, "float16");
        var client = new ReembeddingClient(service.Http, collection);
        await collection.SendAsync([.. Enumerable.Range(0, 10).Select(i => Sent($"{i}", i))]).JsonAsync();
        (await collection.SearchAsync(new { key = "0" })).Count.ShouldBe(9);

        await client.SucceedAsync(new { model = wide.Name });

        var width = (await collection.GetAsync()).Number("width");
        width.ShouldNotBe(TrainedModel.Width);
        (await client.VectorsAsync()).Values.ShouldAllBe(vector => vector.Length == width);
        (await collection.SearchAsync(new { image = TestPictures.DataUri(TrainedModel.Picture(3)), k = 1 })).Single().ShouldBe(("3", 1.0), new ByScore(0.01));
        (await collection.SearchAsync(new { key = "0" })).Count.ShouldBe(9);
        await collection.PostAsync("search", new { vector = CollectionClient.Vector(0) }).ProblemAsync(HttpStatusCode.BadRequest, "wrong_width", "vector");
        await client.SucceedAsync(new { model = model.Name });
        (await collection.SearchAsync(new { vector = CollectionClient.Vector(0) })).Count.ShouldBe(10);
    }

    private static object Sent(string key, int picture) => new { key, image = TestPictures.DataUri(TrainedModel.Picture(picture)) };

    private static async Task ShouldBeOfAsync(ReembeddingClient client, string version, IReadOnlyList<(string Key, int Picture)> items)
    {
        var vectors = await client.VectorsAsync();
        vectors.Keys.ShouldBe(items.Select(item => item.Key), ignoreOrder: true);
        var expected = await client.EmbedAsync(version, Enumerable.Range(0, 48));
        foreach (var (key, picture) in items)
            vectors[key].Zip(expected[picture], (is_, must) => Math.Abs(is_ - must)).Max().ShouldBeLessThan((float)Tolerance, key);
    }

    private async Task<string> UnderWayAsync(CollectionClient collection, string to)
    {
        var id = Guid.CreateVersion7().ToString();
        await ExecuteAsync(
            $"""
            insert into collection_reembedding (id, collection_id, from_version_id, to_version_id, drop_missing, drop_failed, state, total, fence, tries, lease_until)
            select '{id}', c.id, c.model_version_id, v.id, false, false, 'running', c.items, 1, 1, now() + interval '1 hour'
            from collection c, model_version v where c.name = '{collection.Name}' and v.model || ':' || v.version = '{to}'
            """);
        return id;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var database = NpgsqlDataSource.Create(service.ConnectionString);
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
