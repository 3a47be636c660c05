using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ContrastiveService.Service.Tests.Collections;

[Collection(RunningService.Name)]
public sealed class CollectionTests(ServiceFixture service)
{
    private readonly HttpClient http = service.Http;

    [Fact]
    public async Task A_collection_keeps_the_version_that_its_model_meant_when_it_was_made()
    {
        var model = await service.ModelAsync();
        await http.PutAsJsonAsync($"/api/v1/models/{model.Name}/aliases/shelf", new { version = 1 }).JsonAsync();
        var collection = await CollectionClient.CreateAsync(http, $"{model.Name}@shelf", "float16");
        await http.PutAsJsonAsync($"/api/v1/models/{model.Name}/aliases/shelf", new { version = 2 }).JsonAsync();

        var shown = await collection.GetAsync();

        (shown.Text("model"), shown.Number("width"), shown.Text("precision"), shown.Number("items")).ShouldBe(($"{model.Name}:1", TrainedModel.Width, "float16", 0));
        (await http.GetAsync("/api/v1/collections?limit=1000").JsonAsync()).Items().Select(c => c.Text("name")).ShouldContain(collection.Name);
        await http.PostAsJsonAsync("/api/v1/collections", new { name = collection.Name, model = model.Name }).ProblemAsync(HttpStatusCode.Conflict, "name_taken", "name");
        await http.PostAsJsonAsync("/api/v1/collections", new { name = "a b", model = model.Name }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "name");
        await http.PostAsJsonAsync("/api/v1/collections", new { name = "fresh" }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "model");
        await http.PostAsJsonAsync("/api/v1/collections", new { name = "fresh", model = "none" }).ProblemAsync(HttpStatusCode.NotFound, "model_not_found", "model");
        await http.PostAsJsonAsync("/api/v1/collections", new { name = "fresh", model = model.Name, precision = "float8" })
            .ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "precision");
        (await http.DeleteAsync(collection.Path)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await http.GetAsync(collection.Path).ProblemAsync(HttpStatusCode.NotFound, "collection_not_found");
        await http.DeleteAsync(collection.Path).ProblemAsync(HttpStatusCode.NotFound, "collection_not_found");
    }

    [Fact]
    public async Task Pictures_come_as_data_uris_out_of_data_sets_and_as_files_and_vectors_in_two_forms()
    {
        var model = await service.ModelAsync();
        var collection = await CollectionClient.CreateAsync(http, model.Name);
        var key = TrainedModel.Key(40);
        var embedded = await http.PostAsJsonAsync("/api/v1/embeddings", new { model = model.Name, input = TestPictures.DataUri(TrainedModel.Picture(40)) }).JsonAsync();
        float[] vector = [.. embedded.Items("data").Single().GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle())];

        var written = await collection.SendAsync(
            new { key = "uri", image = TestPictures.DataUri(TrainedModel.Picture(40)), metadata = new { label = "lying", size = 28 } },
            new { image = new { dataset = model.Data.Name, key } },
            new { key = "numbers", vector = vector.Select(number => number * 3) },
            new { key = "base64", vector = Convert.ToBase64String(MemoryMarshal.AsBytes<float>(vector)) }).JsonAsync();
        (written.Text("model"), written.Number("added"), written.Number("updated")).ShouldBe(($"{model.Name}:2", 4, 0));
        using var form = new MultipartFormDataContent { { new ByteArrayContent(TrainedModel.Picture(40)), "file", "file.png" }, { new StringContent("""{ "label": "form" }"""), "metadata" } };
        (await http.PostAsync($"{collection.Path}/items", form).JsonAsync()).Number("added").ShouldBe(1);

        var listed = (await http.GetAsync($"{collection.Path}/items?vector=true&limit=1000").JsonAsync()).Items();
        listed.Select(item => item.Text("key")).ShouldBe(new[] { "uri", key, "numbers", "base64", "file.png" }, ignoreOrder: true);
        foreach (var item in listed)
            item.Items("vector").Zip(vector, (number, expected) => Math.Abs(number.GetSingle() - expected)).Max().ShouldBeLessThan(1e-5f, item.Text("key"));
        var one = await http.GetAsync($"{collection.Path}/items/{Uri.EscapeDataString(key)}").JsonAsync();
        one.TryGetProperty("vector", out _).ShouldBeFalse();
        (await http.GetByteArrayAsync(one.Text("image"))).ShouldBe(TrainedModel.Picture(40));
        (await http.GetAsync($"{collection.Path}/items/uri").JsonAsync()).GetProperty("metadata").Number("size").ShouldBe(28);
        (await http.GetAsync($"{collection.Path}/items/file.png").JsonAsync()).GetProperty("metadata").Text("label").ShouldBe("form");
        (await collection.SendAsync(new { key = "uri", vector })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync($"{collection.Path}/items/uri").JsonAsync()).GetProperty("metadata").EnumerateObject().ShouldBeEmpty();

        (await http.DeleteAsync($"{collection.Path}/items/{key}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await http.DeleteAsync($"{collection.Path}/items/{key}").ProblemAsync(HttpStatusCode.NotFound, "item_not_found");
        await http.GetAsync($"{collection.Path}/items/{key}").ProblemAsync(HttpStatusCode.NotFound, "item_not_found");
        (await collection.GetAsync()).Number("items").ShouldBe(4);
        var first = await http.GetAsync($"{collection.Path}/items?limit=3").JsonAsync();
        (await http.GetAsync($"{collection.Path}/items?limit=3&cursor={first.Text("nextCursor")}").JsonAsync()).Items().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_is_wrong_with_an_item_is_named_and_nothing_is_written()
    {
        var model = await service.ModelAsync();
        var collection = await CollectionClient.CreateAsync(http, model.Name);
        var good = new { key = "good", vector = CollectionClient.Vector(0) };
        await Refuse("wrong_width", "items[1].vector", new { key = "a", vector = new[] { 1, 2, 3 } });
        await Refuse("invalid_vector", "items[1].vector", new { key = "a", vector = new float[TrainedModel.Width] });
        await Refuse("invalid_vector", "items[1].vector", new { key = "a", vector = Convert.ToBase64String(MemoryMarshal.AsBytes<float>([.. Enumerable.Repeat(float.NaN, TrainedModel.Width)])) });
        await Refuse("invalid_value", "items[1].vector[0]", new { key = "a", vector = new[] { "NaN" } });
        await Refuse("invalid_value", "items[1].vector", new { key = "a", vector = "not base64!" });
        await Refuse("invalid_value", "items[1].key", new { vector = CollectionClient.Vector(1) });
        await Refuse("invalid_value", "items[1].key", new { key = "good", vector = CollectionClient.Vector(1) });
        await Refuse("invalid_value", "items[1].key", new { key = new string('é', 513), vector = CollectionClient.Vector(1) });
        await Refuse("invalid_value", "items[1]", new { key = "a" });
        await Refuse("invalid_value", "items[1]", new { key = "a", vector = CollectionClient.Vector(1), image = TestPictures.DataUri(TrainedModel.Picture(1)) });
        await Refuse("invalid_image", "items[1].image", new { key = "a", image = "data:image/png;base64,AAAA" });
        await Refuse("invalid_value", "items[1].metadata", new { key = "a", vector = CollectionClient.Vector(1), metadata = "text" });
        await Refuse("too_large", "items[1].metadata", new { key = "a", vector = CollectionClient.Vector(1), metadata = new { text = new string('x', 20_000) } });
        await Refuse("invalid_value", "items[1].metadata.a[1]", new { key = "a", vector = CollectionClient.Vector(1), metadata = new { a = new[] { "b", "c\0" } } });
        await collection.SendAsync(good, new { key = "a", image = new { dataset = "none", key = "x" } }).ProblemAsync(HttpStatusCode.NotFound, "dataset_not_found", "items[1].image.dataset");
        await collection.SendAsync().ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "items");
        await http.PutAsJsonAsync($"{collection.Path}/items", new { item = 1 }).ProblemAsync(HttpStatusCode.BadRequest, "unknown_member", "item");
        await http.PutAsJsonAsync($"{collection.Path}/items", new { items = new[] { good }, model = $"{model.Name}:1" }).ProblemAsync(HttpStatusCode.Conflict, "other_model", "model");
        await http.PutAsJsonAsync("/api/v1/collections/none/items", new { items = new[] { good } }).ProblemAsync(HttpStatusCode.NotFound, "collection_not_found");
        using var text = new StringContent("x", MediaTypeHeaderValue.Parse("text/plain"));
        await http.PutAsync($"{collection.Path}/items", text).ProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        (await collection.GetAsync()).Number("items").ShouldBe(0);

        await RefuseText("items[0].metadata.a", $$"""{ "items": [{ "key": "a", "vector": {{JsonSerializer.Serialize(CollectionClient.Vector(1))}}, "metadata": { "a": "\ud800" } }] }""");
        await RefuseText("items[0].metadata", $$"""{ "items": [{ "key": "a", "vector": {{JsonSerializer.Serialize(CollectionClient.Vector(1))}}, "metadata": { "\ud800": 1 } }] }""");

        async Task RefuseText(string param, string body)
        {
            using var content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
            (await http.PutAsync($"{collection.Path}/items", content).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", param)).ShouldContain("surrogate");
        }

        Task<string> Refuse(string code, string param, object bad) => collection.SendAsync(good, bad).ProblemAsync(HttpStatusCode.BadRequest, code, param);
    }
}
