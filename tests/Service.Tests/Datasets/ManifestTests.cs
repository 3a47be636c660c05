using System.Net;
using System.Text;

namespace ContrastiveService.Service.Tests.Datasets;

[Collection(RunningService.Name)]
public sealed class ManifestTests(ServiceFixture service)
{
    private const string Csv = """
        path,label,group,split,domain
        pics/a.png,cat,shoot 1,train,photo
        "pics/b, too.png","the ""big"" one",,validation,
        pics/c.png,,,,
        """;

    private const string Json = """
        {"path": "pics/a.png", "label": "cat", "group": "shoot 1", "split": "train", "domain": "photo"}
        {"path": "./pics/b, too.png", "label": "the \"big\" one", "split": "validation"}

        {"path": "pics/c.png", "label": null}
        """;

    private static readonly (string, byte[])[] Pictures =
        [("pics/a.png", TestPictures.Bar(1, 0)), ("pics/b, too.png", TestPictures.Bar(2, 0)), ("pics/c.png", TestPictures.Bar(3, 0))];

    private static readonly (string?, string?, string?, string?, string?)[] Expected =
        [("pics/a.png", "cat", "photo", "shoot 1", "train"), ("pics/b, too.png", "the \"big\" one", null, null, "val"), ("pics/c.png", null, null, null, null)];

    [Theory]
    [InlineData("zip", "manifest.csv", false)]
    [InlineData("zip", "Manifest.JSONL", true)]
    [InlineData("tar.zst", "MANIFEST.csv", true)]
    [InlineData("tar", "manifest.jsonl", false)]
    public async Task A_manifest_in_the_archive_says_what_pictures_are_wherever_it_stands(string kind, string name, bool last)
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        var manifest = (name, Encoding.UTF8.GetBytes(name.EndsWith("csv", StringComparison.Ordinal) ? Csv : Json));
        (string, byte[])[] files = last ? [.. Pictures, manifest] : [manifest, .. Pictures];
        var import = await set.ImportAsync(kind == "zip" ? TestArchives.Zip(files) : kind == "tar" ? TestArchives.Tar(files) : TestArchives.TarZst(files));

        (import.Text("state"), import.Number("added"), import.Number("rejected")).ShouldBe(("succeeded", 3, 0));
        (await PlacesAsync(set)).ShouldBe(Expected);
    }

    [Theory]
    [InlineData("manifest.csv", Csv)]
    [InlineData("labels.jsonl", Json)]
    public async Task A_manifest_may_come_beside_the_archive(string name, string text)
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        var import = await set.FinishAsync(SendAsync(set, TestArchives.TarGz([("manifest.csv", "path\nother.png"u8.ToArray()), .. Pictures]), name, text));

        (import.Text("state"), import.Number("added"), import.Number("rejected")).ShouldBe(("succeeded", 3, 1));
        (await PlacesAsync(set)).ShouldBe(Expected);
        (await set.RejectsAsync())["manifest.csv"].ShouldContain("beside the archive");
    }

    [Fact]
    public async Task Bad_lines_unknown_paths_and_unnamed_pictures_are_listed_and_the_rest_is_kept()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        const string text = "path;split\npics/a.png;train\npics/b, too.png;dev\n;train\npics/a.png;val\npics/gone.png;\npics/x.png;train;more\n";
        var import = await set.ImportAsync(TestArchives.Zip([("manifest.csv", Encoding.UTF8.GetBytes(text)), .. Pictures]));

        (import.Text("state"), import.Number("added")).ShouldBe(("succeeded", 1));
        var rejects = await set.RejectsAsync();
        rejects.Keys.ShouldBe(
            ["manifest.csv:3", "manifest.csv:4", "manifest.csv:5", "manifest.csv:7", "pics/b, too.png", "pics/c.png", "pics/gone.png"], ignoreOrder: true);
        rejects["manifest.csv:3"].ShouldContain("no split 'dev'");
        rejects["manifest.csv:4"].ShouldContain("names no path");
        rejects["manifest.csv:5"].ShouldContain("'pics/a.png' was named before");
        rejects["manifest.csv:7"].ShouldContain("3 fields; the header has 2");
        rejects["pics/c.png"].ShouldBe("The manifest does not name it.");
        rejects["pics/gone.png"].ShouldBe("'manifest.csv' names it, but it is not there.");
    }

    [Fact]
    public async Task A_line_that_is_not_JSON_is_listed_by_its_number()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        const string text = "{\"path\": \"pics/a.png\", \"label\": 7}\n{\"path\": \"pics/b, too.png\"\n[1]\n{\"path\": \"pics/c.png\", \"label\": [1]}";
        await set.FinishAsync(SendAsync(set, TestArchives.Zip(Pictures), "manifest.jsonl", text));

        (await PlacesAsync(set)).ShouldBe([("pics/a.png", "7", null, null, null)]);
        var rejects = await set.RejectsAsync();
        rejects["manifest.jsonl:2"].ShouldStartWith("It is not JSON");
        rejects["manifest.jsonl:3"].ShouldStartWith("It is no JSON object");
        rejects["manifest.jsonl:4"].ShouldContain("Array");
    }

    [Fact]
    public async Task Folders_say_what_the_manifest_leaves_empty_when_the_layout_is_given_and_its_paths_begin_at_root()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        (string, byte[])[] files = [("set/manifest.csv", "path,domain\ncat/a.png,photo\n"u8.ToArray()), ("set/cat/a.png", TestPictures.Bar(1, 0))];
        await set.ImportAsync(TestArchives.Zip(files), "?root=set&layout=label&prefix=one/");
        await set.ImportAsync(TestArchives.Zip(files), "?root=set&prefix=two/");

        (await PlacesAsync(set)).ShouldBe([("one/cat/a.png", "cat", "photo", null, null), ("two/cat/a.png", null, "photo", null, null)]);
    }

    [Theory]
    [InlineData("manifest.csv", "path,lable,labels\na.png,x,y", "lable, labels. There are: path, label, domain, group, split")]
    [InlineData("manifest.csv", "label\ncat", "no column 'path'")]
    [InlineData("manifest.jsonl", "{\"path\": \"a\"}\n{\"path\": \"b\", \"lable\": 1}", "Line 2 of 'manifest.jsonl' has columns that are not known: lable")]
    public async Task A_column_that_is_not_known_fails_the_import_and_is_named(string name, string text, string reason)
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        var import = await set.ImportAsync(TestArchives.Zip([(name, Encoding.UTF8.GetBytes(text)), .. Pictures]));

        import.Text("state").ShouldBe("failed");
        import.Text("error").ShouldNotBeNull().ShouldContain(reason);
        (await set.GetAsync()).Number("items").ShouldBe(0);
    }

    [Fact]
    public async Task What_cannot_go_with_a_manifest_is_refused()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        (await SendAsync(set, TestArchives.Zip(), "manifest.xlsx", "").ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "manifest")).ShouldContain(".jsonl");
        (await SendAsync(set, TestArchives.Idx([1], 1, 1, 1), "manifest.csv", Csv).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "manifest")).ShouldContain("IDX");
        var two = await set.ImportAsync(TestArchives.Zip(("manifest.csv", "path"u8.ToArray()), ("manifest.jsonl", [])));
        two.Text("error").ShouldNotBeNull().ShouldContain("two manifests");
    }

    private Task<HttpResponseMessage> SendAsync(DatasetClient set, byte[] archive, string name, string manifest) => service.Http.PostAsync(
        $"{set.Path}/archive",
        new MultipartFormDataContent { { new ByteArrayContent(archive), "file", "pictures" }, { new StringContent(manifest), "manifest", name } });

    private static async Task<(string?, string?, string?, string?, string?)[]> PlacesAsync(DatasetClient set) =>
        [.. (await set.ItemsAsync()).Select(i => (i.Text("key"), i.Text("label"), i.Text("domain"), i.Text("group"), i.Text("split")))];
}
