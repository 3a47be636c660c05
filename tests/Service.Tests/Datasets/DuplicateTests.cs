using System.Net;

namespace ContrastiveService.Service.Tests.Datasets;

[Collection(RunningService.Name)]
public sealed class DuplicateTests(ServiceFixture service)
{
    private static readonly byte[] One = TestPictures.Bar(1, 0), Two = TestPictures.Bar(2, 0), Three = TestPictures.Bar(3, 0);

    [Fact]
    public async Task Pictures_of_the_same_content_are_counted_and_listed_with_their_labels()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        await set.ImportAsync(TestArchives.Zip(("cat/a.png", One), ("cat/b.png", Two), ("cat/c.png", Three)));
        var import = await set.ImportAsync(TestArchives.Zip(("dog/a.png", One), ("cat/b2.png", Two), ("cat/b3.png", Two)));

        (import.Number("added"), import.Number("contentDuplicates"), import.Number("rejected")).ShouldBe((3, 3, 0));
        var first = await service.Http.GetAsync($"{set.Path}/duplicates?limit=1").JsonAsync();
        var second = await service.Http.GetAsync($"{set.Path}/duplicates?limit=1&cursor={first.Text("nextCursor")}").JsonAsync();
        second.Text("nextCursor").ShouldBeNull();
        var groups = new[] { first, second }.Select(page => page.Items().ShouldHaveSingleItem()).OrderBy(g => g.Number("count")).ToArray();
        groups.Select(g => string.Join(' ', g.Items("items").Select(i => i.Text("key")))).ShouldBe(["cat/a.png dog/a.png", "cat/b.png cat/b2.png cat/b3.png"]);
        groups.Select(g => string.Join(' ', g.Items("labels"))).ShouldBe(["cat dog", "cat"]);
        await service.Http.GetAsync($"{set.Path}/duplicates?cursor=bm9uZQ").ProblemAsync(HttpStatusCode.BadRequest, "invalid_cursor", "cursor");
    }

    [Fact]
    public async Task They_are_left_out_and_listed_when_the_sender_wants_that()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        await set.ImportAsync(TestArchives.Zip(("cat/a.png", One)));
        var import = await set.ImportAsync(TestArchives.Zip(("dog/a.png", One), ("cat/b.png", Two), ("cat/b2.png", Two)), "?duplicates=skip");

        (import.Number("added"), import.Number("contentDuplicates"), import.Number("rejected")).ShouldBe((1, 2, 2));
        var rejects = await set.RejectsAsync();
        rejects["dog/a.png"].ShouldBe("Its content is that of 'cat/a.png', which is there already.");
        rejects["cat/b2.png"].ShouldBe("Its content is that of 'cat/b.png', which is there already.");
        (await service.Http.GetAsync($"{set.Path}/duplicates").JsonAsync()).Items().ShouldBeEmpty();
        await set.SendArchiveAsync(TestArchives.Zip(), "?duplicates=drop").ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "duplicates");
    }

    [Fact]
    public async Task What_a_failed_import_brought_is_nobodys_duplicate()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        var archive = TestArchives.TarGz([.. Enumerable.Range(0, 600).Select(i => ($"cat/{i}.png", TestPictures.Bar(i, 1)))]);
        (await set.ImportAsync(archive[..(archive.Length * 95 / 100)])).Text("state").ShouldBe("failed");
        (await set.ImportAsync(TestArchives.Zip(("cat/a.png", TestPictures.Bar(0, 1))), "?duplicates=skip")).Number("added").ShouldBe(1);
    }

    [Fact]
    public async Task Single_pictures_are_looked_at_in_the_same_way()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        await set.ImportAsync(TestArchives.Zip(("cat/a.png", One)));
        using var form = new MultipartFormDataContent { { new ByteArrayContent(One), "file", "b.png" }, { new ByteArrayContent(Two), "file", "c.png" } };
        var added = await service.Http.PostAsync($"{set.Path}/items?duplicates=skip", form).JsonAsync(HttpStatusCode.Created);

        added.Number("added").ShouldBe(1);
        added.Items("rejected").ShouldHaveSingleItem().Text("reason").ShouldNotBeNull().ShouldContain("cat/a.png");
    }
}
