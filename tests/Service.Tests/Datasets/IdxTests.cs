using System.Net;
using SkiaSharp;

namespace ContrastiveService.Service.Tests.Datasets;

[Collection(RunningService.Name)]
public sealed class IdxTests(ServiceFixture service)
{
    private static readonly byte[] Pixels = [.. Enumerable.Range(0, 3 * 6 * 5).Select(i => (byte)(i * 2))];
    private static readonly byte[] Pictures = TestArchives.Idx(Pixels, 3, 6, 5);
    private static readonly byte[] Labels = TestArchives.Idx([2, 0, 1], 3);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pair_becomes_labelled_png_with_the_very_pixels(bool packed)
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        var import = await set.FinishAsync(
            SendAsync(
                set, "?split=train&labelNames=cat,dog,owl", packed ? TestArchives.Gzip(Labels) : Labels, packed ? TestArchives.Gzip(Pictures) : Pictures));

        (import.Text("state"), import.Number("added")).ShouldBe(("succeeded", 3));
        var items = await set.ItemsAsync();
        items.Select(i => (i.Text("key"), i.Text("label"), i.Text("split"), i.Number("width"), i.Number("height"), i.Number("channels"))).ShouldBe(
            [("train/000000.png", "owl", "train", 5, 6, 1), ("train/000001.png", "cat", "train", 5, 6, 1), ("train/000002.png", "dog", "train", 5, 6, 1)]);
        using var decoded = SKBitmap.Decode(await service.Http.GetByteArrayAsync(items[1].Text("image")));
        decoded.ColorType.ShouldBe(SKColorType.Gray8);
        decoded.GetPixelSpan().ToArray().ShouldBe(Pixels[30..60]);
    }

    [Fact]
    public async Task Colour_pictures_come_without_labels_too()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        byte[] colours = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120];
        await set.ImportAsync(TestArchives.Idx(colours, 1, 2, 2, 3), "?prefix=a/");

        var item = (await set.ItemsAsync()).ShouldHaveSingleItem();
        (item.Text("key"), item.Text("label"), item.Number("channels")).ShouldBe(("a/000000.png", null, 3));
        using var decoded = SKBitmap.Decode(await service.Http.GetByteArrayAsync(item.Text("image")));
        decoded.GetPixel(1, 0).ShouldBe(new SKColor(40, 50, 60));
        decoded.GetPixel(0, 1).ShouldBe(new SKColor(70, 80, 90));
    }

    [Fact]
    public async Task Files_that_do_not_fit_or_end_early_fail_with_what_is_wrong()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        await FailsAsync("ends in record 2", Pictures[..^10]);
        await FailsAsync("ends in record 2", TestArchives.Gzip(Pictures)[..^30]);
        await FailsAsync("3 pictures but 2 labels", Pictures, TestArchives.Idx([1, 2], 2));
        await FailsAsync("goes on after the 3 records", [.. Pictures, 1]);
        await FailsAsync("labelNames has only 1", Pictures, Labels);
        (await SendAsync(set, "", Labels).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "file")).ShouldContain("without pictures");
        (await SendAsync(set, "", Pictures, Pictures).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "file")).ShouldContain("one holds IDX pictures");
        (await set.GetAsync()).Number("items").ShouldBe(0);

        async Task FailsAsync(string why, params byte[][] files)
        {
            var import = await set.FinishAsync(SendAsync(set, "?labelNames=only", files));
            import.Text("state").ShouldBe("failed");
            import.Text("error").ShouldNotBeNull().ShouldContain(why);
        }
    }

    private Task<HttpResponseMessage> SendAsync(DatasetClient set, string query, params byte[][] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var file in files)
            form.Add(new ByteArrayContent(file), "file", "some-ubyte");
        return service.Http.PostAsync($"{set.Path}/archive{query}", form);
    }
}
