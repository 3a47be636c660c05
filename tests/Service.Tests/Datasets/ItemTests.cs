using System.Net;
using System.Net.Http.Headers;
using SkiaSharp;

namespace ContrastiveService.Service.Tests.Datasets;

[Collection(RunningService.Name)]
public sealed class ItemTests(ServiceFixture service)
{
    [Fact]
    public async Task Single_pictures_come_with_what_is_known_of_them()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        var jpeg = TestPictures.Plain(30, 20, SKEncodedImageFormat.Jpeg);
        var added = await AddAsync(
            set, [("a.png", TestPictures.Bar(1, 0)), ("b.jpg", jpeg)], ("label", "cat"), ("label", "dog"), ("domain", "photo"), ("group", "shoot 1"),
            ("split", "val")).JsonAsync(HttpStatusCode.Created);

        (added.Number("added"), added.Number("version")).ShouldBe((2, 1));
        var item = await service.Http.GetAsync($"{set.Path}/items/b.jpg").JsonAsync();
        (
            item.Text("label"), item.Text("domain"), item.Text("group"), item.Text("split"), item.Text("mediaType"), item.Number("width"),
            item.Number("height"), item.Number("channels"))
            .ShouldBe(("dog", "photo", "shoot 1", "val", "image/jpeg", 30, 20, 3));
        using var image = await service.Http.GetAsync(item.Text("image"));
        image.Content.Headers.ContentType.ShouldBe(new MediaTypeHeaderValue("image/jpeg"));
        (await image.Content.ReadAsByteArrayAsync()).ShouldBe(jpeg);
        using var again = new HttpRequestMessage(HttpMethod.Get, item.Text("image")) { Headers = { IfNoneMatch = { image.Headers.ETag! } } };
        (await service.Http.SendAsync(again)).StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Good_pictures_are_kept_beside_bad_ones_but_bad_ones_alone_are_refused()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        var added = await AddAsync(
            set,
            [("good.png", TestPictures.Bar(1, 0)), ("bad.png", "text"u8.ToArray()), ("../up.png", TestPictures.Bar(2, 0))]).JsonAsync(HttpStatusCode.Created);
        added.Number("added").ShouldBe(1);
        added.Items("rejected").Select(r => r.Text("key")).ShouldBe(["bad.png", "../up.png"]);
        (await set.RejectsAsync()).Keys.ShouldBe(["bad.png", "../up.png"]);

        var message = await AddAsync(set, [("bad.png", "text"u8.ToArray())]).ProblemAsync(HttpStatusCode.BadRequest, "invalid_image", "file");
        message.ShouldContain("bad.png");
        (await set.GetAsync()).Number("version").ShouldBe(1);
    }

    [Fact]
    public async Task Form_mistakes_are_named()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        var picture = TestPictures.Bar(1, 0);
        await AddAsync(set, [("a.png", picture)], ("lable", "cat")).ProblemAsync(HttpStatusCode.BadRequest, "unknown_member", "lable");
        await AddAsync(set, [("a.png", picture)], ("split", "dev")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "split");
        await AddAsync(
            set, [("a.png", picture), ("b.png", picture), ("c.png", picture)], ("label", "x"), ("label", "y")).ProblemAsync(HttpStatusCode.BadRequest,
            "invalid_value", "label");
        await AddAsync(set, [("a.png", picture), ("b.png", picture)], ("key", "same.png")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "key");
        await AddAsync(set, [], ("label", "cat")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "file");
        await service.Http.PostAsync(
            $"{set.Path}/items",
            new ByteArrayContent(picture) { Headers = { ContentType = new("image/png") } }).ProblemAsync(HttpStatusCode.UnsupportedMediaType,
            "unsupported_media_type");
    }

    [Theory]
    [InlineData("plain.png")]
    [InlineData("a/b/c.png")]
    [InlineData("50% of ä/ö?#.png")]
    [InlineData("a%2Fb/image")]
    public async Task A_key_of_any_kind_finds_its_picture(string key)
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        await AddAsync(set, [("x.png", TestPictures.Bar(1, 0))], ("key", key)).JsonAsync(HttpStatusCode.Created);
        var item = (await set.ItemsAsync()).ShouldHaveSingleItem();
        item.Text("key").ShouldBe(key);
        (await service.Http.GetByteArrayAsync(item.Text("image"))).ShouldBe(TestPictures.Bar(1, 0));
        (await service.Http.GetAsync($"{set.Path}/items/{Uri.EscapeDataString(key)}").JsonAsync()).Text("key").ShouldBe(key);
    }

    [Fact]
    public async Task Lists_are_filtered_and_paged_by_cursor_without_gaps_or_doubles()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        await set.ImportAsync(
            TestArchives.Zip([.. Enumerable.Range(0, 25).Select(i => ($"train/{(i % 2 == 0 ? "even" : "odd")}/{i:D2}.png", TestPictures.Bar(3, 0)))]));

        var (keys, cursor) = (new List<string>(), "");
        do
        {
            var page = await service.Http.GetAsync($"{set.Path}/items?label=even&limit=4&cursor={cursor}").JsonAsync();
            keys.AddRange(page.Items().Select(i => i.Text("key")!));
            cursor = page.Text("nextCursor");
        }
        while (cursor is not null);
        keys.ShouldBe(Enumerable.Range(0, 13).Select(i => $"train/even/{2 * i:D2}.png"));
        (await set.ItemsAsync("&split=test")).ShouldBeEmpty();
        await service.Http.GetAsync($"{set.Path}/items?cursor=nonsense!").ProblemAsync(HttpStatusCode.BadRequest, "invalid_cursor", "cursor");
        await service.Http.GetAsync($"{set.Path}/items?limit=0").ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "limit");
        await service.Http.GetAsync($"{set.Path}/items/none.png").ProblemAsync(HttpStatusCode.NotFound, "item_not_found");
        await service.Http.GetAsync($"{set.Path}/items/none.png/image").ProblemAsync(HttpStatusCode.NotFound, "item_not_found");
    }

    private Task<HttpResponseMessage> AddAsync(DatasetClient set, (string Name, byte[] Bytes)[] files, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, bytes) in files)
            form.Add(new ByteArrayContent(bytes), "file", name);
        foreach (var (name, value) in fields)
            form.Add(new StringContent(value), name);
        return service.Http.PostAsync($"{set.Path}/items", form);
    }
}
