using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ContrastiveService.Service.Tests.Embeddings;

[Collection(RunningService.Name)]
public sealed class EmbeddingTests(ServiceFixture service)
{
    private const string Path = "/api/v1/embeddings";
    private static readonly byte[] Picture = TrainedModel.Picture(40);

    [Fact]
    public async Task One_picture_has_one_vector_however_it_is_sent()
    {
        var model = await service.ModelAsync();
        var uri = TestPictures.DataUri(Picture);
        object[] forms = [uri, new { image = uri }, new { image_url = new { url = uri } }, new { dataset = model.Data.Name, key = TrainedModel.Key(40) }];
        var answer = await service.Http.PostAsJsonAsync(Path, new { model = model.Name, input = forms }).JsonAsync();
        (answer.Text("model"), answer.Number("width")).ShouldBe(($"{model.Name}:2", TrainedModel.Width));
        var vectors = answer.Items("data").Select(Vector).ToArray();
        answer.Items("data").Select(d => d.Number("index")).ShouldBe([0, 1, 2, 3]);
        Math.Sqrt(vectors[0].Sum(x => (double)x * x)).ShouldBe(1, 1e-5);
        vectors.ShouldAllBe(v => v.SequenceEqual(vectors[0]));

        ShouldBeTheSame(await service.Http.PostAsJsonAsync(Path, new { model = model.Name, input = uri }).JsonAsync());
        ShouldBeTheSame(await service.Http.PostAsync($"{Path}?model={model.Name}", Raw("image/png")).JsonAsync());
        using var form = new MultipartFormDataContent { { new StringContent(model.Name), "model" }, { new ByteArrayContent(Picture), "file", "a.png" } };
        ShouldBeTheSame(await service.Http.PostAsync(Path, form).JsonAsync());

        // Another number of pictures at once sums in another order: equal but for the last digits.
        void ShouldBeTheSame(JsonElement other)
        {
            var vector = Vector(other.Items("data").ShouldHaveSingleItem());
            for (var i = 0; i < vector.Length; i++)
                ((double)vector[i]).ShouldBe(vectors[0][i], 1e-5);
        }
    }

    [Fact]
    public async Task A_large_picture_may_come_in_chunks_of_no_announced_number()
    {
        var model = await service.ModelAsync();
        var large = TestPictures.Noise(700);
        large.Length.ShouldBeGreaterThan(400_000);
        var whole = Vector((await service.Http.PostAsJsonAsync(Path, new { model = model.Name, input = TestPictures.DataUri(large) }).JsonAsync()).Items("data")[0]);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Path}?model={model.Name}") { Content = new ByteArrayContent(large) { Headers = { ContentType = new("image/png") } } };
        request.Headers.TransferEncodingChunked = true;
        Vector((await service.Http.SendAsync(request).JsonAsync()).Items("data")[0]).ShouldBe(whole);
    }

    [Fact]
    public async Task Base64_holds_the_same_numbers_as_little_endian_floats()
    {
        var model = await service.ModelAsync();
        var floats = Vector(
            (await service.Http.PostAsJsonAsync(Path, new { model = model.Name, input = TestPictures.DataUri(Picture) }).JsonAsync()).Items("data")[0]);
        var base64 = (
            await service.Http.PostAsJsonAsync(
                Path, new { model = model.Name, input = TestPictures.DataUri(Picture), encoding = "base64" }).JsonAsync()).Items("data")[0].Text("embedding")!;
        MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(base64)).ToArray().ShouldBe(floats);
    }

    [Fact]
    public async Task A_model_is_meant_by_name_version_or_alias_and_the_answer_says_which_it_was()
    {
        var model = await service.ModelAsync();
        var uri = TestPictures.DataUri(Picture);
        var path = $"/api/v1/models/{model.Name}/aliases/first";
        await service.Http.PutAsJsonAsync(path, new { version = 1 }).JsonAsync();
        foreach (var (reference, version) in new[] { (model.Name, 2), ($"{model.Name}:1", 1), ($"{model.Name}@first", 1), ($"{model.Name}@latest", 2) })
            (await service.Http.PostAsJsonAsync(Path, new { model = reference, input = uri }).JsonAsync()).Text("model").ShouldBe($"{model.Name}:{version}");
        foreach (var reference in new[] { "none", $"{model.Name}:9", $"{model.Name}@none", $"{model.Name}:x" })
            await service.Http.PostAsJsonAsync(Path, new { model = reference, input = uri }).ProblemAsync(HttpStatusCode.NotFound, "model_not_found", "model");
        await service.Http.PostAsJsonAsync(Path, new { input = uri }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "model");
    }

    [Fact]
    public async Task Many_at_once_and_from_many_callers_come_back_in_order()
    {
        var model = await service.ModelAsync();
        var alone = await Task.WhenAll(Enumerable.Range(0, 48).Select(async i => Vector((await EmbedAsync([i])).Items("data")[0])));
        var together = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => EmbedAsync([.. Enumerable.Range(0, 200).Select(i => i % 48)])));
        foreach (var answer in together)
            foreach (var item in answer.Items("data"))
            {
                var (vector, expected) = (Vector(item), alone[item.Number("index") % 48]);
                vector.Zip(expected, (a, b) => (double)a * b).Sum().ShouldBe(1, 1e-4);
            }

        Task<JsonElement> EmbedAsync(int[] numbers) =>
            service.Http.PostAsJsonAsync(
                Path, new { model = model.Name, input = numbers.Select(i => new { dataset = model.Data.Name, key = TrainedModel.Key(i) }) }).JsonAsync();
    }

    [Theory]
    [InlineData("""["@", "data:image/png;base64,AAAA"]""", "invalid_image", "input[1]", "not a picture of a kind that is read")]
    [InlineData("""["@", "data:image/png;base64,@@@@"]""", "invalid_value", "input[1]", "base64")]
    [InlineData("""["@", "https://example.com/cat.png"]""", "invalid_value", "input[1]", "URLs are not fetched")]
    [InlineData("""["a sentence"]""", "invalid_value", "input[0]", "not a picture but text")]
    [InlineData("""["data:text/plain;base64,AAAA"]""", "invalid_value", "input[0]", "not of a picture")]
    [InlineData("""[[1, 2, 3]]""", "invalid_value", "input[0]", "token")]
    [InlineData("""[{ "imag": "@" }]""", "invalid_value", "input[0]", "image_url")]
    [InlineData("""[{ "image": "@", "detail": "low" }]""", "unknown_member", "input[0].detail", "There are: image")]
    [InlineData("""[{ "image": 5 }]""", "invalid_value", "input[0].image", "a data URI")]
    [InlineData("""[{ "dataset": "none", "key": "a" }]""", "dataset_not_found", "input[0].dataset", "none")]
    [InlineData("""[{ "dataset": "$", "key": "none.png" }]""", "item_not_found", "input[0].key", "none.png")]
    [InlineData("""[{ "dataset": "$" }]""", "invalid_value", "input[0].key", "needed")]
    [InlineData("[]", "invalid_value", "input", "0 elements")]
    [InlineData("null", "invalid_value", "input", "needed")]
    public async Task An_input_that_is_no_picture_is_named(string input, string code, string param, string says)
    {
        var model = await service.ModelAsync();
        var body = $$"""{ "model": "{{model.Name}}", "input": {{input.Replace("\"@\"", $"\"{TestPictures.DataUri(Picture)}\"").Replace("$", model.Data.Name)}} }""";
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var status = code.EndsWith("not_found", StringComparison.Ordinal) ? HttpStatusCode.NotFound : HttpStatusCode.BadRequest;
        (await service.Http.PostAsync(Path, content).ProblemAsync(status, code, param)).ShouldContain(says);
    }

    [Fact]
    public async Task Other_bodies_are_refused_in_kind()
    {
        var model = await service.ModelAsync();
        (
            await service.Http.PostAsync($"{Path}?model={model.Name}", Raw("application/pdf")).ProblemAsync(
                HttpStatusCode.UnsupportedMediaType, "unsupported_media_type")).ShouldContain("image/png");
        await service.Http.PostAsync(
            $"{Path}?model={model.Name}", Raw("image/tiff", "II*\0"u8.ToArray())).ProblemAsync(HttpStatusCode.BadRequest, "invalid_image", "input");
        await service.Http.PostAsync(
            $"{Path}?model={model.Name}&encoding=text", Raw("image/png")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "encoding");
        await service.Http.PostAsJsonAsync(Path, new { model = model.Name, inputs = "x" }).ProblemAsync(HttpStatusCode.BadRequest, "unknown_member", "inputs");
        await service.Http.PostAsJsonAsync(
            Path, new { model = model.Name, input = "x", encoding = "hex" }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "encoding");
        using var form = new MultipartFormDataContent { { new StringContent(model.Name), "model" } };
        await service.Http.PostAsync(Path, form).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "input");
    }

    [Fact]
    public async Task A_form_holds_as_many_pictures_as_an_array()
    {
        var model = await service.ModelAsync();
        await SendAsync(2048).JsonAsync();
        (await SendAsync(2049).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "input")).ShouldContain("2049");

        async Task<HttpResponseMessage> SendAsync(int count)
        {
            using var form = new MultipartFormDataContent { { new StringContent(model.Name), "model" } };
            for (var i = 0; i < count; i++)
                form.Add(new ByteArrayContent(Picture), "file", $"{i}.png");
            return await service.Http.PostAsync(Path, form);
        }
    }

    private static ByteArrayContent Raw(string mediaType, byte[]? bytes = null) =>
        new(bytes ?? Picture) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } };

    private static float[] Vector(JsonElement item) => [.. item.Items("embedding").Select(x => x.GetSingle())];
}
