using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContrastiveService.Service.Tests.Inference;
using SkiaSharp;

namespace ContrastiveService.Service.Tests.Similarity;

[Collection(RunningService.Name)]
public sealed class ExplanationTests(ServiceFixture service)
{
    private const string Path = "/api/v1/similarity";

    [Fact]
    public async Task Two_maps_and_what_no_position_adds_make_the_cosine_and_lie_over_their_pictures()
    {
        var model = await service.ModelAsync();
        var answer = await service.Http.PostAsJsonAsync(Path, Body(model, new { explain = true })).JsonAsync();
        foreach (var side in new[] { "a", "b" })
        {
            var map = answer.GetProperty("explanation").GetProperty(side);
            var rows = map.Items("values").Select(row => row.EnumerateArray().Select(v => v.GetSingle()).ToArray()).ToArray();
            (rows.Length, rows.All(row => row.Length == 7)).ShouldBe((7, true));
            // Exactly, but for the order in which doubles are added.
            (rows.SelectMany(v => v).Sum(v => (double)v) + map.GetProperty("remainder").GetDouble()).ShouldBe(answer.GetProperty("cosine").GetDouble(), 1e-12);
            var overlay = map.Text("overlay")!;
            overlay.ShouldStartWith("data:image/png;base64,");
            using var picture = SKBitmap.Decode(Convert.FromBase64String(overlay[(overlay.IndexOf(',') + 1)..]));
            (picture.Width, picture.Height).ShouldBe((224, 224));
            picture.Pixels.ShouldContain(p => p.Red != p.Blue); // it is grey without the map
        }
    }

    [Fact]
    public async Task It_comes_only_when_it_is_asked_for_and_a_form_can_ask_for_it_too()
    {
        var model = await service.ModelAsync();
        (await service.Http.PostAsJsonAsync(Path, Body(model, new { })).JsonAsync()).GetProperty("explanation").ValueKind.ShouldBe(JsonValueKind.Null);
        using var form = Form(model, "true");
        (await service.Http.PostAsync(Path, form).JsonAsync()).GetProperty("explanation").GetProperty("a").Items("values").Count.ShouldBe(7);
        using var wrong = Form(model, "please");
        await service.Http.PostAsync(Path, wrong).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "explain");
    }

    [Fact]
    public async Task Both_pictures_go_through_the_network_once_and_the_answer_is_the_same_as_without_maps()
    {
        var model = await service.ModelAsync();
        var plain = await service.Http.PostAsJsonAsync(Path, Body(model, new { })).JsonAsync();
        await using var lab = await ServingLab.StartAsync(service);
        await lab.Http.PostAsJsonAsync(Path, Body(model, new { explain = true })).JsonAsync(); // loads the model
        var before = await lab.FigureAsync("contrastive_batch_pictures_sum");
        const int asked = 20;
        for (var i = 0; i < asked; i++)
        {
            using var answer = await lab.Http.PostAsJsonAsync(Path, Body(model, new { explain = true }));
            var parts = answer.Headers.GetValues("Server-Timing").Single().Split(", ").Select(part => part.Split(";dur=")).ToDictionary(p => p[0], p => double.Parse(p[1], CultureInfo.InvariantCulture));
            parts["forward"].ShouldBeGreaterThan(0);
            parts["encode"].ShouldBeGreaterThan(0);
            var explained = await Task.FromResult(answer).JsonAsync();
            foreach (var member in new[] { "cosine", "distance" })
                explained.GetProperty(member).GetDouble().ShouldBe(plain.GetProperty(member).GetDouble(), 1e-5, member);
            explained.Text("model").ShouldBe(plain.Text("model"));
        }

        // The server's own look after its model, every two seconds, counts as well.
        (await lab.FigureAsync("contrastive_batch_pictures_sum") - before).ShouldBeInRange(2 * asked, (3 * asked) - 1);
    }

    private static JsonNode Body(TrainedModel model, object more)
    {
        var body = JsonSerializer.SerializeToNode(more)!;
        body["model"] = model.Name;
        body["a"] = TestPictures.DataUri(TrainedModel.Picture(40));
        body["b"] = TestPictures.DataUri(TrainedModel.Picture(43));
        return body;
    }

    private static MultipartFormDataContent Form(TrainedModel model, string explain) => new()
    {
        { new StringContent(model.Name), "model" },
        { new StringContent(explain), "explain" },
        { new ByteArrayContent(TrainedModel.Picture(40)), "a", "a.png" },
        { new ByteArrayContent(TrainedModel.Picture(43)), "b", "b.png" },
    };
}
