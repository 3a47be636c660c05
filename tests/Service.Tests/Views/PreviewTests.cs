using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ContrastiveService.Service.Tests.TrainingJobs;
using SkiaSharp;

namespace ContrastiveService.Service.Tests.Views;

[Collection(RunningService.Name)]
public sealed class PreviewTests(ServiceFixture service)
{
    private const string Path = "/api/v1/views/preview";

    // A tile of a 28 px picture is magnified three times; there are 2 px around each.
    private const int Tile = 84, Gap = 2;

    private async Task<SKBitmap> SheetAsync(object request)
    {
        using var response = await service.Http.PostAsJsonAsync(Path, request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        response.Content.Headers.ContentType?.MediaType.ShouldBe("image/png");
        return SKBitmap.Decode(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_row_holds_the_picture_as_decoded_and_then_its_views()
    {
        var set = await QueuedJob.DatasetAsync(service.Http);
        string[] items = ["lying/0.png", "standing/3.png"];
        var still = new { crop = new { scale = new[] { 1.0, 1 }, ratio = new[] { 1.0, 1 } }, flip = 1, color = new { strength = 0 } };

        using var sheet = await SheetAsync(new { dataset = set.Name, items, views = still, perItem = 3 });

        (sheet.Width, sheet.Height).ShouldBe((4 * (Tile + Gap) + Gap, 2 * (Tile + Gap) + Gap));
        using var original = SKBitmap.Decode(TestPictures.Bar(3, 3));
        var top = Gap + Tile + Gap;
        for (var x = 0; x < 28; x++)
        {
            sheet.GetPixel(Gap + 3 * x + 1, top + 40).Red.ShouldBe(original.GetPixel(x, 13).Red);
            // Its view is the mirror image.
            Math.Abs(sheet.GetPixel(Gap + Tile + Gap + 3 * (27 - x) + 1, top + 40).Red - original.GetPixel(x, 13).Red).ShouldBeLessThanOrEqualTo(1);
        }
    }

    [Fact]
    public async Task The_same_request_gives_the_same_bytes_and_another_seed_others()
    {
        var set = await QueuedJob.DatasetAsync(service.Http);

        var first = await BytesAsync(1);

        (await BytesAsync(1)).ShouldBe(first);
        (await BytesAsync(2)).ShouldNotBe(first);

        async Task<byte[]> BytesAsync(int seed)
        {
            using var response = await service.Http.PostAsJsonAsync(Path, new { dataset = set.Name, count = 3, seed });
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            return await response.Content.ReadAsByteArrayAsync();
        }
    }

    [Fact]
    public async Task Views_start_from_what_the_method_suggests_as_in_a_job()
    {
        var set = await QueuedJob.DatasetAsync(service.Http);
        using var plain = await SheetAsync(new { dataset = set.Name, items = new[] { "lying/0.png" } });
        using var suggested = await SheetAsync(new { dataset = set.Name, items = new[] { "lying/0.png" }, method = "fixmatch" });
        suggested.Bytes.ShouldNotBe(plain.Bytes);
    }

    [Theory]
    [InlineData("""{ "perItems": 4 }""", "perItems", "perItem")]
    [InlineData("""{ "perItem": 17 }""", "perItem", "between 1 and 16")]
    [InlineData("""{ "items": [] }""", "items", "1 to 32 elements")]
    [InlineData("""{ "imageSize": 1024, "count": 32 }""", "perItem", "smaller imageSize")]
    [InlineData("""{ "views": { "crop": { "scale": [0.9, 0.1] } } }""", "views.crop.scale", "first must not be greater")]
    [InlineData("""{ "views": { "blurr": {} } }""", "views.blurr", "blur")]
    [InlineData("""{ "method": "simclear" }""", "method.type", "simclr")]
    public async Task A_bad_request_is_a_400_that_names_the_member_and_what_would_be_right(string members, string param, string says)
    {
        var request = JsonNode.Parse(members)!.AsObject();
        request["dataset"] = (await QueuedJob.DatasetAsync(service.Http)).Name;
        (await service.Http.PostAsJsonAsync(Path, request).ProblemAsync(HttpStatusCode.BadRequest, "invalid_plan", param)).ShouldContain(says);
    }

    [Fact]
    public async Task The_data_set_and_its_items_must_be_there()
    {
        await service.Http.PostAsJsonAsync(Path, new { }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "dataset");
        await service.Http.PostAsJsonAsync(Path, new { dataset = "not-there" }).ProblemAsync(HttpStatusCode.NotFound, "dataset_not_found", "dataset");
        var set = await QueuedJob.DatasetAsync(service.Http);
        var message = await service.Http.PostAsJsonAsync(Path, new { dataset = set.Name, items = new[] { "lying/0.png", "lying/99.png" } })
            .ProblemAsync(HttpStatusCode.NotFound, "item_not_found", "items[1]");
        message.ShouldContain("lying/99.png");
    }

    [Fact]
    public async Task A_choice_takes_no_picture_twice_and_none_that_is_not_there()
    {
        var set = await QueuedJob.DatasetAsync(service.Http);
        using var sheet = await SheetAsync(new { dataset = set.Name, count = 32, perItem = 1 });
        var rows = (sheet.Height - Gap) / (Tile + Gap);
        rows.ShouldBeInRange(6, 12, "twelve pictures are there");
        Enumerable.Range(0, rows).Select(row => string.Join(',', Enumerable.Range(0, Tile).Select(x => sheet.GetPixel(Gap + x, Gap + row * (Tile + Gap) + x).Red)))
            .Distinct().Count().ShouldBe(rows);
    }
}
