using System.Net;
using System.Net.Http.Json;

namespace ContrastiveService.Service.Tests.Similarity;

[Collection(RunningService.Name)]
public sealed class SimilarityTests(ServiceFixture service)
{
    private const string Path = "/api/v1/similarity";

    [Fact]
    public async Task A_picture_is_itself_and_another_is_less_alike()
    {
        var model = await service.ModelAsync();
        var a = new { dataset = model.Data.Name, key = TrainedModel.Key(40) };
        var self = await service.Http.PostAsJsonAsync(Path, new { model = model.Name, a, b = TestPictures.DataUri(TrainedModel.Picture(40)) }).JsonAsync();
        self.Text("model").ShouldBe($"{model.Name}:2");
        self.GetProperty("cosine").GetDouble().ShouldBe(1, 1e-5);
        self.GetProperty("distance").GetDouble().ShouldBe(0, 5e-3);
        self.GetProperty("percentile").GetDouble().ShouldBe(100, 1);
        var background = self.GetProperty("background");
        (background.GetProperty("differentLabels").GetBoolean(), background.Text("split")).ShouldBe((true, "test"));

        var other = await service.Http.PostAsJsonAsync(
            Path, new { model = model.Name, a, b = new { dataset = model.Data.Name, key = TrainedModel.Key(41) } }).JsonAsync();
        var cosine = other.GetProperty("cosine").GetDouble();
        cosine.ShouldBeLessThan(0.9999);
        other.GetProperty("distance").GetDouble().ShouldBe(Math.Sqrt(2 - 2 * cosine), 1e-6);
        other.GetProperty("percentile").GetDouble().ShouldBeInRange(0, 100);
    }

    [Fact]
    public async Task Two_files_of_a_form_do_as_well()
    {
        var model = await service.ModelAsync();
        using var form = new MultipartFormDataContent
        {
            { new StringContent(model.Name), "model" },
            { new ByteArrayContent(TrainedModel.Picture(1)), "a", "a.png" },
            { new ByteArrayContent(TrainedModel.Picture(1)), "b", "b.png" },
        };
        (await service.Http.PostAsync(Path, form).JsonAsync()).GetProperty("cosine").GetDouble().ShouldBe(1, 1e-5);
    }

    [Fact]
    public async Task The_side_that_is_wrong_is_named()
    {
        var model = await service.ModelAsync();
        var good = TestPictures.DataUri(TrainedModel.Picture(1));
        await service.Http.PostAsJsonAsync(Path, new { model = model.Name, a = good }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "b");
        await service.Http.PostAsJsonAsync(
            Path, new { model = model.Name, a = "data:image/png;base64,AAAA", b = good }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_image", "a");
        await service.Http.PostAsJsonAsync(Path, new { model = "none", a = good, b = good }).ProblemAsync(HttpStatusCode.NotFound, "model_not_found", "model");
        using var form = new MultipartFormDataContent { { new StringContent(model.Name), "model" }, { new ByteArrayContent(TrainedModel.Picture(1)), "a", "a.png" } };
        await service.Http.PostAsync(Path, form).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "b");
        using var text = new StringContent("x");
        await service.Http.PostAsync(Path, text).ProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }
}
