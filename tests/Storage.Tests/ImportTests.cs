using ContrastiveService.Storage.Datasets;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests;

public sealed class ImportTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    readonly DatasetStore datasets = database.Get<DatasetStore>();
    readonly DatasetItemStore items = database.Get<DatasetItemStore>();
    readonly ImportStore imports = database.Get<ImportStore>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Items_are_visible_once_their_import_succeeded()
    {
        var dataset = await datasets.CreateAsync(Samples.NewName(), null, Cancel);
        var import = await imports.StartAsync(dataset.Id, "photos.zip", Cancel);
        (import.State, import.Source, import.Version).ShouldBe((ImportState.Receiving, "photos.zip", 0));
        await imports.ProgressAsync(import.Id, ImportState.Running, 1000, 500, 1000, Cancel);
        (await items.AddAsync(import.Id, [Samples.Item("a"), Samples.Item("b")], Cancel)).Added.ShouldBe(2);
        (await items.GetAsync(dataset.Id, "a", Cancel)).ShouldBeNull();
        (await items.ListAsync(dataset.Id, null, 10, null, null, null, Cancel)).ShouldBeEmpty();

        var done = await imports.SucceedAsync(import.Id, Cancel);

        (done.State, done.Version, done.Added, done.BytesReceived, done.BytesDone, done.BytesTotal).ShouldBe((ImportState.Succeeded, 1, 2L, 1000L, 500L, 1000L));
        var published = (await datasets.GetAsync(dataset.Id, Cancel))!;
        (published.Version, published.Items, published.Bytes).ShouldBe((1, 2L, 200L));
        (await items.ListAsync(dataset.Id, null, 10, null, null, null, Cancel)).Select(item => (item.Key, item.Version)).ShouldBe([("a", 1), ("b", 1)]);
        await Should.ThrowAsync<NotFoundException>(() => items.AddAsync(import.Id, [Samples.Item("c")], Cancel));
        await Should.ThrowAsync<NotFoundException>(() => imports.SucceedAsync(import.Id, Cancel));
        await Should.ThrowAsync<NotFoundException>(() => imports.ProgressAsync(import.Id, ImportState.Running, 1, 1, 1, Cancel));
        await Should.ThrowAsync<NotFoundException>(() => imports.StartAsync(Guid.NewGuid(), "x", Cancel));
    }

    [Fact]
    public async Task A_version_never_changes_whatever_is_added_later_or_at_the_same_time()
    {
        var dataset = await Samples.DatasetAsync(database, Samples.Item("a"));
        var slow = await imports.StartAsync(dataset.Id, "slow", Cancel);
        await items.AddAsync(slow.Id, [Samples.Item("slow-1")], Cancel);
        (await Samples.ImportAsync(database, dataset.Id, Samples.Item("fast"))).Version.ShouldBe(2);
        await items.AddAsync(slow.Id, [Samples.Item("slow-2")], Cancel);
        (await imports.SucceedAsync(slow.Id, Cancel)).Version.ShouldBe(3);

        (await KeysAsync(dataset.Id, 1)).ShouldBe(["a"]);
        (await KeysAsync(dataset.Id, 2)).ShouldBe(["a", "fast"]);
        (await KeysAsync(dataset.Id, 3)).ShouldBe(["a", "slow-1", "fast", "slow-2"]);
        (await items.CountAsync(dataset.Id, 2, Cancel)).ShouldBe(2);
    }

    [Fact]
    public async Task A_key_that_is_there_already_is_skipped_and_reported()
    {
        var dataset = await Samples.DatasetAsync(database, Samples.Item("a", "first"));
        var import = await imports.StartAsync(dataset.Id, "again", Cancel);

        var result = await items.AddAsync(import.Id, [Samples.Item("a", "second"), Samples.Item("b"), Samples.Item("b", "twice")], Cancel);

        result.Added.ShouldBe(1);
        result.DuplicateKeys.ShouldBe(["a", "b"]);
        var done = await imports.SucceedAsync(import.Id, Cancel);
        (done.Added, done.Duplicates).ShouldBe((1L, 2L));
        (await items.GetAsync(dataset.Id, "a", Cancel))!.Label.ShouldBe("first");
        (await items.GetAsync(dataset.Id, "b", Cancel))!.Label.ShouldBeNull();
    }

    [Fact]
    public async Task Two_imports_with_the_same_keys_at_once_share_them()
    {
        var dataset = await datasets.CreateAsync(Samples.NewName(), null, Cancel);
        var keys = Enumerable.Range(0, 200).Select(i => Samples.Item($"k{i:000}")).ToArray();

        var done = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Samples.ImportAsync(database, dataset.Id, keys)));

        done.Sum(import => import.Added).ShouldBe(200);
        done.Sum(import => import.Duplicates).ShouldBe(600);
        (await datasets.GetAsync(dataset.Id, Cancel))!.Items.ShouldBe(200);
    }

    [Fact]
    public async Task A_content_that_is_there_already_is_counted_or_left_out()
    {
        var (a, b) = (Samples.Item("a"), Samples.Item("b"));
        var dataset = await Samples.DatasetAsync(database, a);
        var unfinished = await imports.StartAsync(dataset.Id, "beside", Cancel);
        await items.AddAsync(unfinished.Id, [b], Cancel);
        var import = await imports.StartAsync(dataset.Id, "again", Cancel);
        NewItem[] sent = [a with { Key = "a2" }, b with { Key = "b2" }, b with { Key = "b3" }];

        var left = await items.AddAsync(import.Id, sent, Cancel, ContentDuplicates.Skip);
        var kept = await items.AddAsync(import.Id, sent, Cancel);

        // What the unfinished import brought may yet be taken back, and so counts for nothing.
        (left.Added, kept.Added).ShouldBe((1, 2));
        left.SameContent.ShouldBe([new("a2", "a"), new("b3", "b2")]);
        kept.DuplicateKeys.ShouldBe(["b2"]);
        kept.SameContent.ShouldBe([new("a2", "a"), new("b3", "b2")]);
        (await imports.SucceedAsync(import.Id, Cancel)).ContentDuplicates.ShouldBe(4);
    }

    [Fact]
    public async Task An_import_that_added_nothing_publishes_nothing()
    {
        var dataset = await Samples.DatasetAsync(database, Samples.Item("a"));
        var import = await Samples.ImportAsync(database, dataset.Id, Samples.Item("a"));
        (import.State, import.Version).ShouldBe((ImportState.Succeeded, 0));
        (await datasets.GetAsync(dataset.Id, Cancel))!.Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_failed_import_leaves_nothing_but_its_reason()
    {
        var dataset = await datasets.CreateAsync(Samples.NewName(), null, Cancel);
        var import = await imports.StartAsync(dataset.Id, "broken.zip", Cancel);
        await items.AddAsync(import.Id, [Samples.Item("a")], Cancel);

        var failed = await imports.FailAsync(import.Id, "The archive ends in the middle of an entry.", Cancel);

        (failed.State, failed.Error, failed.Added).ShouldBe((ImportState.Failed, "The archive ends in the middle of an entry.", 0L));
        (await CountAsync("select count(*) from dataset_blob where import_id = @Id", import.Id)).ShouldBe(0);
        (await CountAsync("select count(*) from dataset_item where dataset_id = @Id", dataset.Id)).ShouldBe(0);
        var again = await Samples.ImportAsync(database, dataset.Id, Samples.Item("a"));
        (again.Added, again.Version).ShouldBe((1L, 1));
        (await imports.ListAsync(dataset.Id, 10, Cancel)).Select(i => i.State).ShouldBe([ImportState.Succeeded, ImportState.Failed]);
    }

    [Fact]
    public async Task Rejected_entries_are_listed_with_their_reasons()
    {
        var dataset = await datasets.CreateAsync(Samples.NewName(), null, Cancel);
        var import = await imports.StartAsync(dataset.Id, "mixed.zip", Cancel);

        await imports.RejectAsync(import.Id, [("a.txt", "Not an image."), ("b\0ad.png", "The file is cut off.")], Cancel);
        await imports.RejectAsync(import.Id, [("c.png", "Too large.")], Cancel);

        (await imports.GetAsync(import.Id, Cancel))!.Rejected.ShouldBe(3);
        var rejects = await imports.RejectsAsync(dataset.Id, null, 2, Cancel);
        rejects.Select(reject => (reject.Key, reject.Reason)).ShouldBe([("a.txt", "Not an image."), ("b\uFFFDad.png", "The file is cut off.")]);
        (await imports.RejectsAsync(dataset.Id, rejects[^1].Id, 2, Cancel)).ShouldHaveSingleItem().Key.ShouldBe("c.png");
        await Should.ThrowAsync<NotFoundException>(() => imports.RejectAsync(Guid.NewGuid(), [("a", "b")], Cancel));
    }

    [Fact]
    public async Task An_import_without_a_sign_of_life_is_failed_and_others_are_left_alone()
    {
        var dataset = await datasets.CreateAsync(Samples.NewName(), null, Cancel);
        var abandoned = await imports.StartAsync(dataset.Id, "abandoned", Cancel);
        await items.AddAsync(abandoned.Id, [Samples.Item("a")], Cancel);
        await database.Get<Database>().ExecuteAsync("update dataset_import set updated_at = now() - interval '10 minutes' where id = @Id", new { abandoned.Id }, Cancel);
        var alive = await imports.StartAsync(dataset.Id, "alive", Cancel);

        (await imports.FailAbandonedAsync(TimeSpan.FromMinutes(5), Cancel)).ShouldBe(1);

        var failed = (await imports.GetAsync(abandoned.Id, Cancel))!;
        failed.State.ShouldBe(ImportState.Failed);
        failed.Error.ShouldNotBeNull().ShouldContain("Upload it again");
        (await imports.GetAsync(alive.Id, Cancel))!.State.ShouldBe(ImportState.Receiving);
        (await CountAsync("select count(*) from dataset_item where dataset_id = @Id", dataset.Id)).ShouldBe(0);
    }

    [Theory]
    [InlineData("", null, null, 1, "empty")]
    [InlineData("tab\there", null, null, 1, "control character")]
    [InlineData("a", "la\0bel", null, 1, "control character")]
    [InlineData("a", null, "test2", 1, "not train, val or test")]
    [InlineData("a", null, null, 0, "file is empty")]
    public async Task An_item_that_cannot_be_stored_says_why(string key, string? label, string? split, int bytes, string reason)
    {
        var item = Samples.Item(key, label, bytes, split: split);
        item.Problem().ShouldNotBeNull().ShouldContain(reason);
        var dataset = await datasets.CreateAsync(Samples.NewName(), null, Cancel);
        var import = await imports.StartAsync(dataset.Id, "x", Cancel);
        await Should.ThrowAsync<ArgumentException>(() => items.AddAsync(import.Id, [Samples.Item("good"), item], Cancel));
        (await CountAsync("select count(*) from dataset_item where dataset_id = @Id", dataset.Id)).ShouldBe(0);
    }

    [Fact]
    public async Task The_longest_key_fits_and_a_longer_one_says_so()
    {
        Samples.Item(new string('é', 512)).Problem().ShouldBeNull();
        Samples.Item(new string('é', 513)).Problem().ShouldNotBeNull().ShouldContain("1024 bytes");
        var dataset = await Samples.DatasetAsync(database, Samples.Item(new string('é', 512)));
        dataset.Items.ShouldBe(1);
    }

    async Task<List<string>> KeysAsync(Guid datasetId, int version)
    {
        var keys = new List<string>();
        await foreach (var (item, _) in items.StreamAsync(datasetId, version, Cancel))
            keys.Add(item.Key);
        return keys;
    }

    Task<long> CountAsync(string sql, Guid id) => database.Get<Database>().FirstAsync<long>(sql, new { Id = id }, Cancel);
}
