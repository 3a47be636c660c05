using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ContrastiveService.Service.Tests.Similarity;

[Collection(RunningService.Name)]
public sealed class MatrixTests(ServiceFixture service)
{
    private const string Path = "/api/v1/similarity/matrix";

    [Fact]
    public async Task Every_picture_of_one_list_is_compared_with_every_one_of_the_other()
    {
        var model = await service.CalibratedModelAsync();
        var (a, b) = (new[] { 40, 41, 42 }, new[] { 41, 50 });
        var matrix = await AskAsync(new { model = model.Name, a = a.Select(n => Item(model, n)), b = b.Select(Uri), probabilities = true, prior = 0.2 });
        (matrix.Text("model"), matrix.GetProperty("prior").GetDouble(), matrix.Text("reason")).ShouldBe(($"{model.Name}:1", 0.2, null));
        var (cosines, probabilities) = (Rows(matrix, "cosines"), Rows(matrix, "probabilities"));
        (cosines.Length, probabilities.Length).ShouldBe((3, 3));
        for (var i = 0; i < a.Length; i++)
        {
            (cosines[i].Length, probabilities[i].Length).ShouldBe((2, 2));
            for (var j = 0; j < b.Length; j++)
            {
                var pair = await service.Http.PostAsJsonAsync(
                    "/api/v1/similarity", new { model = model.Name, a = Item(model, a[i]), b = Uri(b[j]), prior = 0.2 }).JsonAsync();
                cosines[i][j].ShouldBe(pair.GetProperty("cosine").GetDouble(), 1e-5);
                probabilities[i][j].ShouldBe(pair.GetProperty("probabilitySame").GetDouble(), 1e-3);
            }
        }

        cosines[1][0].ShouldBe(1, 1e-5);
    }

    [Fact]
    public async Task Probabilities_come_only_when_they_are_asked_for_and_with_a_reason_where_there_are_none()
    {
        var model = await service.ModelAsync();
        var plain = await AskAsync(new { model = model.Name, a = Uri(40), b = Uri(41) });
        Rows(plain, "cosines").ShouldHaveSingleItem().ShouldHaveSingleItem().ShouldBeInRange(-1, 1);
        (plain.GetProperty("probabilities").ValueKind, plain.GetProperty("prior").ValueKind, plain.Text("reason")).ShouldBe((JsonValueKind.Null, JsonValueKind.Null, null));
        var asked = await AskAsync(new { model = model.Name, a = Uri(40), b = Uri(41), probabilities = true });
        asked.GetProperty("probabilities").ValueKind.ShouldBe(JsonValueKind.Null);
        asked.Text("reason")!.ShouldContain("Too few pictures were held out");
    }

    [Fact]
    public async Task Files_of_a_form_do_as_well()
    {
        var model = await service.CalibratedModelAsync();
        using var form = Form(model.Name, [40, 41, 42], [43], ("probabilities", "true"), ("prior", "0.5"));
        var sent = await service.Http.PostAsync(Path, form).JsonAsync();
        var asked = await AskAsync(new { model = model.Name, a = new[] { Uri(40), Uri(41), Uri(42) }, b = Uri(43), probabilities = true });
        Rows(sent, "cosines").SelectMany(r => r).Zip(Rows(asked, "cosines").SelectMany(r => r)).ShouldAllBe(c => Math.Abs(c.First - c.Second) < 1e-5);
        Rows(sent, "probabilities").Length.ShouldBe(3);
        using var wrong = Form(model.Name, [40], [43], ("probabilities", "yes"));
        await service.Http.PostAsync(Path, wrong).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "probabilities");
        using var misspelt = Form(model.Name, [40], [43], ("probability", "true"));
        await service.Http.PostAsync(Path, misspelt).ProblemAsync(HttpStatusCode.BadRequest, "unknown_member", "probability");
        using var without = Form(model.Name, [40], []);
        await service.Http.PostAsync(Path, without).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "b");
    }

    [Fact]
    public async Task The_picture_that_is_wrong_is_named()
    {
        var model = await service.ModelAsync();
        object Body(object a, object? b) => new { model = model.Name, a, b };
        await RefusedAsync(Body(new object[] { Uri(1), Uri(2), Uri(3), "data:image/png;base64,AAAA" }, Uri(1)), "invalid_image", "a[3]");
        await RefusedAsync(Body(Uri(1), new object[] { Uri(2), 5 }), "invalid_value", "b[1]");
        await RefusedAsync(Body(Uri(1), null), "invalid_value", "b");
        await RefusedAsync(Body(Array.Empty<string>(), Uri(1)), "invalid_value", "a");
        await RefusedAsync(new { model = model.Name, a = Uri(1), b = Uri(1), prior = 1 }, "invalid_value", "prior");
        await RefusedAsync(new { model = model.Name, a = Uri(1), b = Uri(1), probabilities = 1 }, "invalid_value", "probabilities");
        await service.Http.PostAsJsonAsync(Path, new { model = "none", a = Uri(1), b = Uri(1) }).ProblemAsync(HttpStatusCode.NotFound, "model_not_found", "model");
        await service.Http.PostAsJsonAsync(Path, Body(new[] { Item(model, 40), new { dataset = model.Data.Name, key = "none" } }, Uri(1)))
            .ProblemAsync(HttpStatusCode.NotFound, "item_not_found", "a[1].key");
    }

    [Fact]
    public async Task A_side_has_as_many_pictures_as_the_configuration_allows_and_no_more()
    {
        var model = await service.ModelAsync();
        (await RefusedAsync(new { model = model.Name, a = Enumerable.Repeat("", 1001), b = Uri(1) }, "invalid_value", "a")).ShouldContain("1 to 1000 are taken (Api:MaxMatrixSide)");
        await using var narrow = await service.StartApiAsync("--Api:OpenOnLoopback=true", "--Api:MaxMatrixSide=2");
        using var http = ServiceFixture.Client(narrow, null);
        await Eventually.Get("the server to be ready", async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode ? http : null);
        await http.PostAsJsonAsync(Path, new { model = model.Name, a = Uri(1), b = new[] { Uri(1), Uri(2) } }).JsonAsync();
        using var form = Form(model.Name, [1, 2, 3], [1]);
        (await http.PostAsync(Path, form).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "a")).ShouldContain("Api:MaxMatrixSide");
        await narrow.StopAsync();
    }

    private static object Item(TrainedModel model, int number) => new { dataset = model.Data.Name, key = TrainedModel.Key(number) };

    private static string Uri(int number) => TestPictures.DataUri(TrainedModel.Picture(number));

    private static double[][] Rows(JsonElement matrix, string member) => [.. matrix.Items(member).Select(row => row.EnumerateArray().Select(v => v.GetDouble()).ToArray())];

    private Task<JsonElement> AskAsync(object body) => service.Http.PostAsJsonAsync(Path, body).JsonAsync();

    private Task<string> RefusedAsync(object body, string code, string param) =>
        service.Http.PostAsJsonAsync(Path, body).ProblemAsync(HttpStatusCode.BadRequest, code, param);

    private static MultipartFormDataContent Form(string model, int[] a, int[] b, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent { { new StringContent(model), "model" } };
        foreach (var (side, numbers) in new[] { ("a", a), ("b", b) })
            foreach (var number in numbers)
                form.Add(new ByteArrayContent(TrainedModel.Picture(number)), side, $"{number}.png");
        foreach (var (name, value) in fields)
            form.Add(new StringContent(value), name);
        return form;
    }
}
