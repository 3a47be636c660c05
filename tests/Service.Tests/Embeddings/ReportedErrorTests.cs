using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace ContrastiveService.Service.Tests.Embeddings;

/// <summary>Pictures that cannot be embedded, among others.</summary>
[Collection(RunningService.Name)]
public sealed class ReportedErrorTests(ServiceFixture service)
{
    private const string Path = "/api/v1/embeddings";
    private static readonly string Good = TestPictures.DataUri(TrainedModel.Picture(40)), Broken = TestPictures.DataUri(TrainedModel.Picture(40)[..60]);

    [Fact]
    public async Task Asked_to_report_it_embeds_the_others_and_says_of_each_why_not()
    {
        var model = await service.ModelAsync();
        object[] input =
        [
            Good, Broken, new { dataset = model.Data.Name, key = TrainedModel.Key(41) }, new { dataset = model.Data.Name, key = "none.png" }, "https://example.com/cat.png", Good,
            new { dataset = "none", key = "a" }, 5, new { image = Good, detail = "low" },
        ];
        var answer = await service.Http.PostAsJsonAsync(Path, new { model = model.Name, input, onError = "report" }).JsonAsync();

        answer.Items("data").Select(d => d.Number("index")).ShouldBe([0, 2, 5]);
        answer.Items("errors").Select(e => (e.Number("index"), e.Text("param"), e.Text("code"))).ShouldBe(
        [
            (1, "input[1]", "invalid_image"), (3, "input[3].key", "item_not_found"), (4, "input[4]", "invalid_value"), (6, "input[6].dataset", "dataset_not_found"), (7, "input[7]", "invalid_value"),
            (8, "input[8].detail", "unknown_member"),
        ]);
        answer.Items("errors").ShouldAllBe(e => e.Text("message")!.Length > 10);
        var alone = (await service.Http.PostAsJsonAsync(Path, new { model = model.Name, input = Good }).JsonAsync()).Items("data").Single();
        Vector(answer.Items("data")[2]).Zip(Vector(alone), (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-5f);
    }

    [Fact]
    public async Task Without_being_asked_it_refuses_all_and_names_the_first()
    {
        var model = await service.ModelAsync();
        foreach (var body in new object[] { new { model = model.Name, input = new[] { Good, Good, Broken, Broken } }, new { model = model.Name, input = new[] { Good, Good, Broken }, onError = "refuse" } })
            await service.Http.PostAsJsonAsync(Path, body).ProblemAsync(HttpStatusCode.BadRequest, "invalid_image", "input[2]");
        await service.Http.PostAsJsonAsync("/v1/embeddings", new { model = model.Name, input = new[] { Good, Good, Broken } }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_image", "input[2]");
        await service.Http.PostAsJsonAsync("/v1/embeddings", new { model = model.Name, input = Good, onError = "report" }).ProblemAsync(HttpStatusCode.BadRequest, "unknown_member", "onError");
    }

    [Fact]
    public async Task Errors_are_told_where_they_were_asked_for_even_if_there_are_none_or_nothing_else()
    {
        var model = await service.ModelAsync();
        var fine = await AskAsync(new { model = model.Name, input = Good, onError = "report" });
        (fine.Items("data").Count, fine.Items("errors").Count).ShouldBe((1, 0));
        (await AskAsync(new { model = model.Name, input = Good })).TryGetProperty("errors", out _).ShouldBeFalse();
        var none = await AskAsync(new { model = model.Name, input = new[] { Broken, Broken, "x" }, onError = "report" });
        (none.Text("model"), none.Items("data").Count, none.Items("errors").Count).ShouldBe(($"{model.Name}:2", 0, 3));

        // What is not a picture's fault is nobody's to report.
        await service.Http.PostAsJsonAsync(Path, new { model = "none", input = Good, onError = "report" }).ProblemAsync(HttpStatusCode.NotFound, "model_not_found", "model");
        await service.Http.PostAsJsonAsync(Path, new { model = model.Name, input = Array.Empty<string>(), onError = "report" }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "input");
        await service.Http.PostAsJsonAsync(Path, new { model = model.Name, input = Good, onError = "ignore" }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "onError");

        Task<JsonElement> AskAsync(object body) => service.Http.PostAsJsonAsync(Path, body).JsonAsync();
    }

    [Fact]
    public async Task A_form_and_a_bare_picture_can_ask_for_it_too()
    {
        var model = await service.ModelAsync();
        using var form = new MultipartFormDataContent { { new StringContent(model.Name), "model" }, { new StringContent("report"), "onError" } };
        form.Add(new ByteArrayContent("no picture"u8.ToArray()), "file", "0.png");
        form.Add(new ByteArrayContent(TrainedModel.Picture(40)), "file", "1.png");
        var answer = await service.Http.PostAsync(Path, form).JsonAsync();
        (answer.Items("data").Single().Number("index"), answer.Items("errors").Single().Text("param")).ShouldBe((1, "input[0]"));

        using var bare = new ByteArrayContent("no picture"u8.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        (await service.Http.PostAsync($"{Path}?model={model.Name}&onError=report", bare).JsonAsync()).Items("errors").Single().Text("code").ShouldBe("invalid_image");
        using var wrong = new ByteArrayContent(TrainedModel.Picture(40)) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        (await service.Http.PostAsync($"{Path}?model={model.Name}&onError=stop", wrong).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "onError")).ShouldContain("refuse, report");
    }

    [Fact]
    public async Task Requests_that_share_a_batch_with_a_bad_one_are_not_touched()
    {
        var model = await service.ModelAsync();
        var expected = Vector((await service.Http.PostAsJsonAsync(Path, new { model = model.Name, input = Good }).JsonAsync()).Items("data").Single());
        var all = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => service.Http.PostAsJsonAsync(Path, new { model = model.Name, input = i % 3 == 0 ? new[] { Good, Broken } : [Good, Good] })));
        foreach (var (i, answer) in all.Index())
        {
            if (i % 3 == 0)
                await Task.FromResult(answer).ProblemAsync(HttpStatusCode.BadRequest, "invalid_image", "input[1]");
            else
                foreach (var item in (await Task.FromResult(answer).JsonAsync()).Items("data"))
                    Vector(item).Zip(expected, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-5f);
        }
    }

    private static float[] Vector(JsonElement item) => [.. item.Items("embedding").Select(x => x.GetSingle())];
}
