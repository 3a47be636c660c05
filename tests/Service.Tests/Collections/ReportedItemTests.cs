using System.Net;
using System.Net.Http.Json;

namespace ContrastiveService.Service.Tests.Collections;

/// <summary>Items that cannot be written, among others.</summary>
[Collection(RunningService.Name)]
public sealed class ReportedItemTests(ServiceFixture service)
{
    private static readonly string Good = TestPictures.DataUri(TrainedModel.Picture(40)), Broken = TestPictures.DataUri(TrainedModel.Picture(40)[..60]);

    [Fact]
    public async Task Asked_to_report_it_writes_the_others_and_says_of_each_why_not()
    {
        var model = await service.ModelAsync();
        var collection = await CollectionClient.CreateAsync(service.Http, model.Name);
        object?[] items =
        [
            new { key = "good", image = Good }, new { key = "broken", image = Broken }, new { key = "good", image = Good }, new { image = Good }, null,
            new { key = "vector", vector = CollectionClient.Vector(30) }, new { key = "narrow", vector = new[] { 1, 2 } }, new { key = "odd", image = Good, metadata = 5 },
        ];
        await PutAsync(new { items }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "items[3].key");
        (await collection.GetAsync()).Number("items").ShouldBe(0, "all or none");

        var answer = await PutAsync(new { items, onError = "report" }).JsonAsync();

        (answer.Number("added"), answer.Number("updated")).ShouldBe((2, 0));
        answer.Items("errors").Select(e => (e.Number("index"), e.Text("param"), e.Text("code"))).ShouldBe(
        [
            (1, "items[1].image", "invalid_image"), (2, "items[2].key", "invalid_value"), (3, "items[3].key", "invalid_value"), (4, "items[4]", "invalid_value"),
            (6, "items[6].vector", "wrong_width"), (7, "items[7].metadata", "invalid_value"),
        ]);
        (await collection.SearchAsync(new { key = "good" })).Select(hit => hit.Key).ShouldBe(["vector"]);
        (await PutAsync(new { items = new[] { new { key = "good", image = Good } } }).JsonAsync()).TryGetProperty("errors", out _).ShouldBeFalse();
        (await PutAsync(new { items = new[] { new { key = "x", image = Broken } }, onError = "report" }).JsonAsync()).Number("added").ShouldBe(0);

        Task<HttpResponseMessage> PutAsync(object body) => service.Http.PutAsJsonAsync($"{collection.Path}/items", body);
    }

    [Fact]
    public async Task A_form_can_ask_for_it_too()
    {
        var model = await service.ModelAsync();
        var collection = await CollectionClient.CreateAsync(service.Http, model.Name);
        using var form = new MultipartFormDataContent
        {
            { new StringContent("report"), "onError" },
            { new ByteArrayContent("no picture"u8.ToArray()), "file", "0.png" },
            { new ByteArrayContent(TrainedModel.Picture(40)), "file", "1.png" },
        };
        var answer = await service.Http.PostAsync($"{collection.Path}/items", form).JsonAsync();
        (answer.Number("added"), answer.Items("errors").Single().Text("param")).ShouldBe((1, "input[0]"));
    }
}
