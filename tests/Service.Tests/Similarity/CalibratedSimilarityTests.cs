using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;

namespace ContrastiveService.Service.Tests.Similarity;

[Collection(RunningService.Name)]
public sealed class CalibratedSimilarityTests(ServiceFixture service)
{
    private const string Path = "/api/v1/similarity";

    [Fact]
    public async Task Two_pictures_have_a_probability_and_a_decision()
    {
        var model = await service.CalibratedModelAsync();
        var self = await CompareAsync(model, 40, 40);
        var other = await CompareAsync(model, 40, 41);
        foreach (var answer in new[] { self, other })
        {
            answer.GetProperty("probabilitySame").GetDouble().ShouldBeInRange(0, 1);
            (answer.GetProperty("prior").GetDouble(), answer.Text("reason")).ShouldBe((0.5, null));
            var decision = answer.GetProperty("decision");
            (decision.GetProperty("falsePositiveRate").GetDouble(), decision.Text("reason")).ShouldBe((0.01, null));
            decision.GetProperty("same").GetBoolean().ShouldBe(answer.GetProperty("cosine").GetDouble() > decision.GetProperty("threshold").GetDouble());
            decision.GetProperty("expectedMissRate").GetDouble().ShouldBeInRange(0, 1);
        }

        Probability(self).ShouldBeGreaterThanOrEqualTo(Probability(other));
    }

    [Fact]
    public async Task Another_prior_shifts_the_odds_and_another_rate_the_threshold()
    {
        var model = await service.CalibratedModelAsync();
        var half = Probability(await CompareAsync(model, 40, 43));
        var rare = await CompareAsync(model, 40, 43, new { prior = 0.1 });
        rare.GetProperty("prior").GetDouble().ShouldBe(0.1);
        Probability(rare).ShouldBe(half / (half + (9 * (1 - half))), 1e-9);

        var points = new List<JsonElement>();
        foreach (var rate in new[] { 0.005, 0.01, 0.1, 0.5, 0.99 })
            points.Add((await CompareAsync(model, 40, 43, new { falsePositiveRate = rate })).GetProperty("decision"));
        points.Select(p => p.GetProperty("threshold").GetDouble()).ShouldBeInOrder(SortDirection.Descending);
        points.Select(p => p.GetProperty("expectedMissRate").GetDouble()).ShouldBeInOrder(SortDirection.Descending);
        points[0].GetProperty("threshold").GetDouble().ShouldBeGreaterThan(points[^1].GetProperty("threshold").GetDouble());

        var refused = (await CompareAsync(model, 40, 43, new { falsePositiveRate = 0.001 })).GetProperty("decision");
        (refused.GetProperty("same").ValueKind, refused.GetProperty("threshold").ValueKind, refused.GetProperty("expectedMissRate").ValueKind).ShouldBe(
            (JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.Null));
        refused.Text("reason")!.ShouldContain("10000");
    }

    [Fact]
    public async Task A_form_has_the_same_fields()
    {
        var model = await service.CalibratedModelAsync();
        var asked = await CompareAsync(model, 40, 43, new { falsePositiveRate = 0.2, prior = 0.25 });
        var sent = await service.Http.PostAsync(Path, Form(model, ("falsePositiveRate", "0.2"), ("prior", "0.25"))).JsonAsync();
        Probability(sent).ShouldBe(Probability(asked), 1e-6);
        sent.GetProperty("decision").GetRawText().ShouldBe(asked.GetProperty("decision").GetRawText());
    }

    [Theory]
    [InlineData("falsePositiveRate", "0")]
    [InlineData("falsePositiveRate", "1")]
    [InlineData("falsePositiveRate", "-0.1")]
    [InlineData("falsePositiveRate", "\"low\"")]
    [InlineData("prior", "0")]
    [InlineData("prior", "1.5")]
    [InlineData("prior", "true")]
    public async Task A_rate_or_a_prior_that_is_none_is_named(string member, string value)
    {
        var model = await service.CalibratedModelAsync();
        var body = $$"""{ "model": "{{model.Name}}", "a": {{Reference(model, 40)}}, "b": {{Reference(model, 41)}}, "{{member}}": {{value}} }""";
        using var json = new StringContent(body, null, "application/json");
        (await service.Http.PostAsync(Path, json).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", member)).ShouldContain(member);
        (await service.Http.PostAsync(Path, Form(model, (member, value))).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", member)).ShouldContain(member);
    }

    [Fact]
    public async Task A_model_with_too_few_pictures_held_out_says_so_instead_of_a_number()
    {
        var model = await service.ModelAsync();
        var answer = await CompareAsync(model, 40, 41);
        answer.GetProperty("probabilitySame").ValueKind.ShouldBe(JsonValueKind.Null);
        answer.Text("reason")!.ShouldContain("Too few pictures were held out");
        var decision = answer.GetProperty("decision");
        (decision.GetProperty("same").ValueKind, decision.Text("reason")).ShouldBe((JsonValueKind.Null, answer.Text("reason")));
        var version = await service.Http.GetAsync($"/api/v1/models/{model.Name}/versions/2").JsonAsync();
        version.GetProperty("calibration").Text("reason").ShouldBe(answer.Text("reason"));
    }

    [Fact]
    public async Task A_version_says_what_its_probabilities_rest_on()
    {
        var model = await service.CalibratedModelAsync();
        var shown = (await service.Http.GetAsync($"/api/v1/models/{model.Name}/versions/1").JsonAsync()).GetProperty("calibration");
        (shown.Text("reason"), shown.Text("positives"), shown.Text("split"), shown.GetProperty("prior").GetDouble()).ShouldBe((null, "labels", "test", 0.5));
        shown.Text("method").ShouldBeOneOf("platt", "isotonic");
        (shown.GetProperty("checking").Number("pictures"), shown.GetProperty("checking").Number("positives"), shown.GetProperty("checking").Number("negatives")).ShouldBe((50, 600, 625));
        shown.GetProperty("logLoss").GetDouble().ShouldBeGreaterThan(0);
        shown.GetProperty("brier").GetDouble().ShouldBeInRange(0, 1);
        shown.GetProperty("expectedCalibrationError").GetDouble().ShouldBeInRange(0, 1);
        (shown.Number("bins"), shown.GetProperty("leastFalsePositiveRate").GetDouble()).ShouldBe((15, 10.0 / 2500));
        shown.Items("operatingPoints").Select(p => p.GetProperty("threshold").ValueKind).ShouldBe([JsonValueKind.Number, JsonValueKind.Null]);
    }

    [Fact]
    public async Task A_version_from_before_there_were_calibrations_is_served_without()
    {
        var model = await service.ModelAsync();
        await using (var database = NpgsqlDataSource.Create(service.ConnectionString))
        {
            await using var forget = database.CreateCommand("update model_version set card = (card::jsonb - 'calibration')::json where model = $1 and version = 1");
            forget.Parameters.Add(new() { Value = model.Name });
            (await forget.ExecuteNonQueryAsync()).ShouldBe(1);
        }

        await using var another = await service.StartApiAsync("--Api:OpenOnLoopback=true"); // which has not read its card yet
        using var http = ServiceFixture.Client(another, null);
        await Eventually.Get("the server to be ready", async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode ? http : null);
        using var body = new StringContent($$"""{ "model": "{{model.Name}}:1", "a": {{Reference(model, 40)}}, "b": {{Reference(model, 41)}} }""", null, "application/json");
        var answer = await http.PostAsync(Path, body).JsonAsync();
        answer.GetProperty("cosine").GetDouble().ShouldBeInRange(-1, 1);
        answer.GetProperty("probabilitySame").ValueKind.ShouldBe(JsonValueKind.Null);
        answer.Text("reason")!.ShouldContain("train the model again");
        answer.GetProperty("decision").Text("reason").ShouldBe(answer.Text("reason"));
        (await http.GetAsync($"/api/v1/models/{model.Name}/versions/1").JsonAsync()).GetProperty("calibration").ValueKind.ShouldBe(JsonValueKind.Null);
        await another.StopAsync();
    }

    private static double Probability(JsonElement answer) => answer.GetProperty("probabilitySame").GetDouble();

    private static string Reference(TrainedModel model, int number) => $$"""{ "dataset": "{{model.Data.Name}}", "key": "{{TrainedModel.Key(number)}}" }""";

    private Task<JsonElement> CompareAsync(TrainedModel model, int a, int b, object? more = null)
    {
        var body = JsonSerializer.SerializeToNode(more ?? new { })!;
        body["model"] = model.Name;
        body["a"] = JsonSerializer.SerializeToNode(new { dataset = model.Data.Name, key = TrainedModel.Key(a) });
        body["b"] = TestPictures.DataUri(TrainedModel.Picture(b));
        return service.Http.PostAsJsonAsync(Path, body).JsonAsync();
    }

    private static MultipartFormDataContent Form(TrainedModel model, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent
        {
            { new StringContent(model.Name), "model" },
            { new ByteArrayContent(TrainedModel.Picture(40)), "a", "a.png" },
            { new ByteArrayContent(TrainedModel.Picture(43)), "b", "b.png" },
        };
        foreach (var (name, value) in fields)
            form.Add(new StringContent(value), name);
        return form;
    }
}
