using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ContrastiveService.Service.Tests.OpenAi;

[Collection(RunningService.Name)]
public sealed class OpenAiDoorTests(ServiceFixture service)
{
    private static readonly string Uri = TestPictures.DataUri(TrainedModel.Picture(3));

    [Fact]
    public async Task The_answer_has_openais_members_and_no_others()
    {
        var model = await service.ModelAsync();
        var answer = await service.Http.PostAsJsonAsync(
            "/v1/embeddings", new { model = model.Name, input = new[] { Uri, Uri }, user = "somebody" }).JsonAsync();
        answer.EnumerateObject().Select(m => m.Name).ShouldBe(["object", "data", "model", "usage"]);
        (answer.Text("object"), answer.Text("model")).ShouldBe(("list", $"{model.Name}:2"));
        answer.GetProperty("usage").EnumerateObject().Select(m => (m.Name, m.Value.GetInt32())).ShouldBe([("prompt_tokens", 2), ("total_tokens", 2)]);
        var second = answer.Items("data")[1];
        second.EnumerateObject().Select(m => m.Name).ShouldBe(["object", "index", "embedding"]);
        (second.Text("object"), second.Number("index"), second.GetProperty("embedding").GetArrayLength()).ShouldBe(("embedding", 1, TrainedModel.Width));
    }

    [Fact]
    public async Task Models_have_openais_shape()
    {
        var model = await service.ModelAsync();
        var list = await service.Http.GetAsync("/v1/models").JsonAsync();
        list.Text("object").ShouldBe("list");
        list.Items("data").Select(m => m.Text("id")).ShouldContain(model.Name);
        var one = await service.Http.GetAsync($"/v1/models/{model.Name}:1").JsonAsync();
        (one.Text("id"), one.Text("object"), one.Text("owned_by")).ShouldBe(($"{model.Name}:1", "model", "contrastive-service"));
        one.GetProperty("created").GetInt64().ShouldBeGreaterThan(1_700_000_000);
        await service.Http.GetAsync("/v1/models/none").ProblemAsync(HttpStatusCode.NotFound, "model_not_found", "model");
    }

    [Fact]
    public async Task The_same_picture_has_the_same_bits_in_every_form_and_encoding()
    {
        var model = await service.ModelAsync();
        object[] forms = [Uri, new { image = Uri }, new { image_url = new { url = Uri } }, new { type = "image_url", image_url = new { url = Uri, detail = "low" } }];
        var alone = await BitsAsync(Uri, "float");
        foreach (var input in forms.SelectMany(form => new object[] { form, new[] { form } }))
            foreach (var encoding in new[] { "float", "base64" })
                (await BitsAsync(input, encoding)).ShouldBe(alone, $"{JsonSerializer.Serialize(input)[..30]} {encoding}");
        var (floats, base64) = (await BitsAsync(forms, "float"), await BitsAsync(forms, "base64"));
        base64.ShouldBe(floats);
        floats.ShouldAllBe(bits => bits == floats[0]);

        async Task<string[]> BitsAsync(object input, string encoding)
        {
            var answer = await service.Http.PostAsJsonAsync("/v1/embeddings", new { model = model.Name, input, encoding_format = encoding }).JsonAsync();
            return [.. answer.Items("data").Select(d => encoding == "float"
                ? Convert.ToHexString(MemoryMarshal.AsBytes<float>(d.GetProperty("embedding").Deserialize<float[]>()))
                : Convert.ToHexString(Convert.FromBase64String(d.Text("embedding")!)))];
        }
    }

    [Fact]
    public async Task What_it_cannot_do_is_said_in_openais_error()
    {
        var model = await service.ModelAsync();
        await RefusedAsync(new { model = model.Name, input = new[] { 1, 2, 3 } }, "input[0]", "token");
        await RefusedAsync(new { model = model.Name, input = new[] { new[] { 1, 2 }, [3] } }, "input[0]", "token");
        await RefusedAsync(new { model = model.Name, input = "https://example.com/cat.png" }, "input", "not fetched");
        await RefusedAsync(new { model = model.Name, input = Uri, dimensions = 64 }, "dimensions", "128");
        await RefusedAsync(new { model = model.Name, input = Uri, encoding_format = "hex" }, "encoding_format", "float, base64");
        await RefusedAsync(new { model = model.Name, input = Enumerable.Repeat("x", 2049) }, "input", "2049 elements; 1 to 2048");
        await service.Http.PostAsJsonAsync("/v1/embeddings", new { model = model.Name, input = Uri, dimensions = 128 }).JsonAsync();
        await service.Http.PostAsJsonAsync(
            "/v1/embeddings", new { model = "none", input = Uri }).ProblemAsync(HttpStatusCode.NotFound, "model_not_found", "model");
        await service.Http.PostAsJsonAsync(
            "/v1/embeddings", new { model = model.Name, input = Uri, encodingFormat = "float" }).ProblemAsync(HttpStatusCode.BadRequest, "unknown_member",
            "encodingFormat");

        async Task RefusedAsync(object body, string param, string says) =>
            (await service.Http.PostAsJsonAsync("/v1/embeddings", body).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", param)).ShouldContain(says);
    }
}
