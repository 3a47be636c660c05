using System.Net;
using System.Text;

namespace ContrastiveService.Service.Tests.Datasets;

[Collection(RunningService.Name)]
public sealed class ArchiveTests(ServiceFixture service)
{
    private static readonly byte[] Picture = TestPictures.Bar(1, 0);

    [Fact]
    public async Task Folders_become_split_domain_and_label()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        var import = await set.ImportAsync(TestArchives.Zip(
            ("flat.png", Picture),
            ("cat/a.png", TestPictures.Plain(20, 10)),
            ("sketch/dog/b.jpg", TestPictures.Plain(9, 9, SkiaSharp.SKEncodedImageFormat.Jpeg)),
            ("train/cat/c.png", Picture),
            ("validation/sketch/dog/d.png", Picture),
            ("bundle/test/cat/e.png", Picture)));

        import.Text("state").ShouldBe("succeeded");
        import.Number("added").ShouldBe(6);
        import.Number("version").ShouldBe(1);
        var items = (await set.ItemsAsync()).ToDictionary(i => i.Text("key")!, i => (i.Text("split"), i.Text("domain"), i.Text("label")));
        items.ShouldBe(new Dictionary<string, (string?, string?, string?)>
        {
            ["flat.png"] = (null, null, null),
            ["cat/a.png"] = (null, null, "cat"),
            ["sketch/dog/b.jpg"] = (null, "sketch", "dog"),
            ["train/cat/c.png"] = ("train", null, "cat"),
            ["validation/sketch/dog/d.png"] = ("val", "sketch", "dog"),
            ["bundle/test/cat/e.png"] = ("test", null, "cat"),
        }, ignoreOrder: true);
        var statistics = (await set.GetAsync()).GetProperty("statistics");
        statistics.Number("labeled").ShouldBe(5);
        statistics.GetProperty("labels").Number("cat").ShouldBe(3);
        statistics.GetProperty("splits").Number("test").ShouldBe(1);
    }

    [Theory]
    [InlineData("tar")]
    [InlineData("tar.gz")]
    [InlineData("tar.zst")]
    public async Task A_tar_is_read_like_a_zip_and_layout_root_split_and_prefix_say_how(string kind)
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        var import = await set.ImportAsync(Archive(kind, ("data/art/cat/a.png", Picture), ("other/b.png", Picture)), "?layout=domain-label&root=data&split=val&prefix=one-");

        import.Text("state").ShouldBe("succeeded");
        var item = (await set.ItemsAsync()).ShouldHaveSingleItem();
        (item.Text("key"), item.Text("domain"), item.Text("label"), item.Text("split")).ShouldBe(("one-art/cat/a.png", "art", "cat", "val"));
        (await set.RejectsAsync()).ShouldBe(new Dictionary<string, string> { ["other/b.png"] = "It lies outside the root 'data/'." });
    }

    [Fact]
    public async Task Bad_entries_are_listed_with_their_reasons_and_good_ones_are_kept()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        var damaged = TestArchives.Zip(("a/good.png", Picture), ("a/flipped.png", TestPictures.Bar(2, 0)));
        damaged[Encoding.Latin1.GetString(damaged).IndexOf("flipped.png", StringComparison.Ordinal) + 60] ^= 1;
        await set.ImportAsync(damaged);
        var import = await set.ImportAsync(TestArchives.Zip(
            ("a/ok.png", Picture),
            ("a/notes.txt", "no picture"u8.ToArray()),
            ("a/cut.png", Picture[..^40]),
            ("a/empty.png", []),
            ("../../../tmp/evil.png", Picture),
            ("one/two/three/four/deep.png", Picture),
            ("__MACOSX/a/._ok.png", "noise"u8.ToArray()),
            ("a/.DS_Store", "noise"u8.ToArray())));

        import.Text("state").ShouldBe("succeeded");
        (import.Number("added"), import.Number("rejected"), import.Number("duplicates")).ShouldBe((1, 5, 0));
        (await set.ItemsAsync()).Select(i => i.Text("key")).ShouldBe(["a/good.png", "a/ok.png"]);
        var rejects = await set.RejectsAsync();
        rejects.Keys.ShouldBe(
            ["a/flipped.png", "../../../tmp/evil.png", "one/two/three/four/deep.png", "a/notes.txt", "a/cut.png", "a/empty.png"], ignoreOrder: true);
        rejects["a/flipped.png"].ShouldBe("It is damaged: its checksum is wrong.");
        rejects["../../../tmp/evil.png"].ShouldBe("Its path leads out of the archive.");
        rejects["one/two/three/four/deep.png"].ShouldContain("`layout`");
        rejects["a/notes.txt"].ShouldContain("PNG, JPEG, WebP, GIF, BMP");
        rejects["a/cut.png"].ShouldContain("cut off");
        File.Exists("/tmp/evil.png").ShouldBeFalse();
        Directory.GetFileSystemEntries(service.Spool).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_that_is_there_already_stays_as_it_is_and_is_reported()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        await set.ImportAsync(TestArchives.Zip(("cat/a.png", Picture)));
        var import = await set.ImportAsync(TestArchives.Zip(("cat/a.png", TestPictures.Bar(9, 1)), ("cat/b.png", Picture)));

        (import.Number("added"), import.Number("duplicates"), import.Number("rejected"), import.Number("version")).ShouldBe((1, 1, 0, 2));
        (await set.RejectsAsync())["cat/a.png"].ShouldBe("An item with this key is there already; it was left as it is.");
        (await service.Http.GetByteArrayAsync($"{set.Path}/items/cat/a.png/image")).ShouldBe(Picture);
    }

    [Theory]
    [InlineData("zip", "table of contents")]
    [InlineData("tar", "The archive is truncated: it ends after")]
    [InlineData("tar.gz", "The archive is truncated: it ends after")]
    [InlineData("tar.zst", "The archive is truncated: it ends after")]
    public async Task A_truncated_archive_fails_with_what_was_wrong_and_publishes_nothing(string kind, string reason)
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        await set.ImportAsync(TestArchives.Zip(("cat/first.png", Picture)));
        (string, byte[])[] files = [.. Enumerable.Range(0, 600).Select(i => ($"cat/{i}.png", Picture))];
        var archive = Archive(kind, files);
        var import = await set.ImportAsync(archive[..(archive.Length * 95 / 100)]);

        import.Text("state").ShouldBe("failed");
        import.Text("error").ShouldNotBeNull().ShouldContain(reason);
        (import.Number("added"), import.Number("version")).ShouldBe((0, 0));
        var now = await set.GetAsync();
        (now.Number("version"), now.Number("items")).ShouldBe((1, 1));
        (await set.ItemsAsync()).ShouldHaveSingleItem().Text("key").ShouldBe("cat/first.png");
        // What was taken back does not stand in the way of the whole archive.
        (await set.ImportAsync(archive)).Number("added").ShouldBe(600);
    }

    [Fact]
    public async Task An_upload_that_breaks_off_fails_and_says_how_far_it_came()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        var breaks = new TaskCompletionSource();
        using var upload = new StreamContent(new BreakingStream(100_000, breaks.Task));
        var sending = service.Http.PostAsync($"{set.Path}/archive", upload);
        await Eventually.Is("the upload to come in", async () => (await set.GetAsync()).Items("imports") is [var only] && only.Text("state") == "receiving");
        breaks.SetResult();
        await Should.ThrowAsync<HttpRequestException>(() => sending);

        var import = await Eventually.Get("the import to fail", async () =>
            (await set.GetAsync()).Items("imports") is [var only] && only.Text("state") == "failed" ? only.Text("error") : null);
        import.ShouldContain("broke off after");
        Directory.GetFileSystemEntries(service.Spool).ShouldBeEmpty();
        (await set.GetAsync()).Number("version").ShouldBe(0);
        (await set.ImportAsync(TestArchives.Zip(("cat/a.png", Picture)))).Number("version").ShouldBe(1);
    }

    [Theory]
    [InlineData("tar.gz")]
    [InlineData("tar.zst")]
    public async Task A_packed_archive_whose_checksum_is_wrong_fails_and_publishes_nothing(string kind)
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        // Noise is stored as it is: only the checksum at the end tells that a byte of it has changed.
        var archive = Archive(kind, [("cat/a.png", Picture), .. Enumerable.Range(0, 40).Select(i => ($"cat/{i}.png", Noise(i)))]);
        archive[archive.Length / 2] ^= 0xff;
        var import = await set.ImportAsync(archive);

        import.Text("state").ShouldBe("failed");
        import.Text("error").ShouldNotBeNull().ShouldContain("damaged");
        (await set.GetAsync()).Number("items").ShouldBe(0);
    }

    [Fact]
    public async Task What_is_no_archive_is_refused_at_once()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        (
            await set.SendArchiveAsync("just text"u8.ToArray()).ProblemAsync(
                HttpStatusCode.UnsupportedMediaType, "unsupported_archive")).ShouldContain("zip, tar, tar.gz, tar.zst");
        (await set.SendArchiveAsync([]).ProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_archive")).ShouldContain("empty");
        await set.SendArchiveAsync(TestArchives.Zip(), "?layout=labels").ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "layout");
        await set.SendArchiveAsync(TestArchives.Zip(), "?split=dev").ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "split");
        (await set.GetAsync()).Items("imports").Select(i => i.Text("state")).ShouldBe(["failed", "failed"]);
    }

    [Fact]
    public async Task An_empty_archive_publishes_no_version()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        var import = await set.ImportAsync(TestArchives.Zip());
        (import.Text("state"), import.Number("version")).ShouldBe(("succeeded", 0));
        (await set.GetAsync()).Number("version").ShouldBe(0);
    }

    private static byte[] Archive(string kind, params (string, byte[])[] files) => kind switch
    {
        "zip" => TestArchives.Zip(files),
        "tar" => TestArchives.Tar(files),
        "tar.gz" => TestArchives.TarGz(files),
        _ => TestArchives.TarZst(files),
    };

    private static byte[] Noise(int seed)
    {
        var bytes = new byte[20_000];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
