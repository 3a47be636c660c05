using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;

namespace ContrastiveService.Service.Tests.Datasets;

[Collection(RunningService.Name)]
public sealed class FolderTests(ServiceFixture service) : IAsyncLifetime
{
    private readonly string outside = Directory.CreateTempSubdirectory("outside-").FullName;
    private readonly string root = Directory.CreateTempSubdirectory("import-root-").FullName;
    private WebApplication? api;
    private HttpClient http = new();

    public async ValueTask InitializeAsync()
    {
        api = await service.StartApiAsync($"--Api:Keys:0={ServiceFixture.Key}", "--Api:OpenOnLoopback=false", $"--Api:ImportRoots:0={root}");
        http.Dispose();
        http = ServiceFixture.Client(api, ServiceFixture.Key);
        await Eventually.Get("the server to be ready", async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode ? http : null);
    }

    [Fact]
    public async Task A_folder_is_read_where_it_is_in_the_order_of_its_names()
    {
        Write("pets/train/dog/b.png", TestPictures.Bar(1, 0));
        Write("pets/train/cat/a.png", TestPictures.Bar(2, 0));
        Write("pets/train/cat/notes.txt", "no picture"u8.ToArray());
        Write("pets/train/cat/empty.png", []);
        Write("pets/.git/config", "noise"u8.ToArray());
        var set = await DatasetClient.CreateAsync(http);
        var import = await ImportAsync(set, new { path = $"{root}/pets", prefix = "p/" });

        (import.Text("state"), import.Number("added"), import.Number("rejected"), import.Text("source")).ShouldBe(("succeeded", 2, 2, $"{root}/pets"));
        import.Number("bytesDone").ShouldBe(import.Number("bytesTotal"));
        (await set.ItemsAsync()).Select(i => (i.Text("key"), i.Text("label"), i.Text("split"))).ShouldBe([("p/train/cat/a.png", "cat", "train"), ("p/train/dog/b.png", "dog", "train")]);
        (await set.RejectsAsync()).Keys.ShouldBe(["train/cat/empty.png", "train/cat/notes.txt"], ignoreOrder: true);
        Directory.GetFileSystemEntries(service.Spool).ShouldBeEmpty();
    }

    [Fact]
    public async Task Its_manifest_is_read_too()
    {
        Write("listed/a.png", TestPictures.Bar(1, 0));
        Write("listed/Manifest.csv", "path,label\na.png,cat\n"u8.ToArray());
        var set = await DatasetClient.CreateAsync(http);
        await ImportAsync(set, new { path = $"{root}/listed" });
        (await set.ItemsAsync()).ShouldHaveSingleItem().Text("label").ShouldBe("cat");
    }

    [Fact]
    public async Task Links_to_files_are_followed_as_long_as_they_stay_inside()
    {
        var secret = Path.Combine(outside, "secret.png");
        File.WriteAllBytes(secret, TestPictures.Bar(1, 0));
        Write("store/a.png", TestPictures.Bar(2, 0));
        var folder = Directory.CreateDirectory(Path.Combine(root, "links")).FullName;
        File.CreateSymbolicLink(Path.Combine(folder, "in.png"), "../store/a.png");
        File.CreateSymbolicLink(Path.Combine(folder, "out.png"), secret);
        File.CreateSymbolicLink(Path.Combine(folder, "gone.png"), "../store/none.png");
        File.CreateSymbolicLink(Path.Combine(folder, "circle.png"), "circle.png");
        Directory.CreateSymbolicLink(Path.Combine(folder, "up"), "..");
        var set = await DatasetClient.CreateAsync(http);
        await ImportAsync(set, new { path = folder });

        (await set.ItemsAsync()).ShouldHaveSingleItem().Text("key").ShouldBe("in.png");
        var rejects = await set.RejectsAsync();
        rejects["out.png"].ShouldContain("leads out");
        rejects["gone.png"].ShouldContain("no file");
        rejects["circle.png"].ShouldContain("too many symbolic links");
        rejects["up"].ShouldContain("not followed");
    }

    [Fact]
    public async Task Nothing_outside_the_listed_folders_is_imported()
    {
        Directory.CreateSymbolicLink(Path.Combine(root, "way-out"), outside);
        var set = await DatasetClient.CreateAsync(http);
        (await SendAsync(set, new { path = outside }).ProblemAsync(HttpStatusCode.Forbidden, "outside_import_roots", "path")).ShouldContain(root);
        await SendAsync(set, new { path = "/nowhere/at/all" }).ProblemAsync(HttpStatusCode.Forbidden, "outside_import_roots", "path");
        await SendAsync(set, new { path = $"{root}-not" }).ProblemAsync(HttpStatusCode.Forbidden, "outside_import_roots", "path");
        await SendAsync(set, new { path = $"{root}/way-out" }).ProblemAsync(HttpStatusCode.Forbidden, "outside_import_roots", "path");
        await SendAsync(set, new { path = $"{root}/../{Path.GetFileName(outside)}" }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "path");
        await SendAsync(set, new { path = "relative" }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "path");
        await SendAsync(set, new { path = $"{root}/none" }).ProblemAsync(HttpStatusCode.NotFound, "folder_not_found", "path");
        (await set.GetAsync()).Items("imports").ShouldBeEmpty();
    }

    [Fact]
    public async Task It_is_off_until_a_folder_is_listed()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        (await service.Http.PostAsJsonAsync($"{set.Path}/folder", new { path = root }).ProblemAsync(HttpStatusCode.Forbidden, "folder_imports_off")).ShouldContain("Api__ImportRoots__0");
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (api is not null)
        {
            await api.StopAsync();
            await api.DisposeAsync();
        }

        Directory.Delete(root, recursive: true);
        Directory.Delete(outside, recursive: true);
    }

    private void Write(string path, byte[] bytes)
    {
        var file = new FileInfo(Path.Combine(root, path));
        file.Directory!.Create();
        File.WriteAllBytes(file.FullName, bytes);
    }

    private Task<HttpResponseMessage> SendAsync(DatasetClient set, object body) => http.PostAsJsonAsync($"{set.Path}/folder", body);

    private Task<System.Text.Json.JsonElement> ImportAsync(DatasetClient set, object body) => set.FinishAsync(SendAsync(set, body));
}
