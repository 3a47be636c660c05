using System.Security.Cryptography;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Jobs;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests;

public sealed class DatasetTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    readonly DatasetStore datasets = database.Get<DatasetStore>();
    readonly DatasetItemStore items = database.Get<DatasetItemStore>();
    readonly ImportStore imports = database.Get<ImportStore>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_name_is_taken_once()
    {
        var name = Samples.NewName();
        var created = await datasets.CreateAsync(name, "Shirts and shoes", Cancel);

        (created.Name, created.Description, created.Version, created.Items, created.Bytes).ShouldBe((name, "Shirts and shoes", 0, 0L, 0L));
        (await datasets.GetAsync(name, Cancel)).ShouldBe(created);
        (await datasets.GetAsync(created.Id, Cancel)).ShouldBe(created);
        (await Should.ThrowAsync<NameTakenException>(() => datasets.CreateAsync(name, null, Cancel))).Message.ShouldContain(name);
        await Should.ThrowAsync<ArgumentException>(() => datasets.CreateAsync("no/slash", null, Cancel));
    }

    [Fact]
    public async Task Data_sets_are_listed_by_name_page_by_page()
    {
        var prefix = Samples.NewName() + "-list-";
        foreach (var letter in "cab")
            await datasets.CreateAsync($"{prefix}{letter}", null, Cancel);

        var page = await datasets.ListAsync(prefix, 2, Cancel);

        page.Select(dataset => dataset.Name).ShouldBe([$"{prefix}a", $"{prefix}b"]);
        (await datasets.ListAsync(page[^1].Name, 1, Cancel)).Single().Name.ShouldBe($"{prefix}c");
    }

    [Fact]
    public async Task What_is_read_is_what_was_uploaded_in_the_order_of_upload()
    {
        var dataset = await datasets.CreateAsync(Samples.NewName(), null, Cancel);
        // Several blobs, one of them for a single item that is larger than a blob.
        NewItem[] first = [.. Enumerable.Range(0, 30).Select(i => Samples.Item($"z{30 - i}", bytes: 500_000)), Samples.Item("large", bytes: 9 << 20), Samples.Item("small", bytes: 1)];
        NewItem[] second = [Samples.Item("later", bytes: 10)];
        await Samples.ImportAsync(database, dataset.Id, first);
        await Samples.ImportAsync(database, dataset.Id, second);

        var position = 0;
        var expected = first.Concat(second).ToList();
        await foreach (var (item, bytes) in items.StreamAsync(dataset.Id, 2, Cancel))
        {
            var uploaded = expected[position++];
            item.Key.ShouldBe(uploaded.Key);
            bytes.Span.SequenceEqual(uploaded.Bytes).ShouldBeTrue(item.Key);
            item.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(uploaded.Bytes)));
        }
        position.ShouldBe(expected.Count);
        (await CountAsync("select count(distinct blob_id) from dataset_item where dataset_id = @Id", dataset.Id)).ShouldBe(5);
        var single = await items.ReadBytesAsync(dataset.Id, "z7", Cancel);
        single!.Value.Bytes.ShouldBe(first[23].Bytes);
        (await items.ReadBytesAsync(dataset.Id, "unknown", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task A_stream_over_many_pages_has_no_gap_and_no_double()
    {
        var keys = Enumerable.Range(0, 9000).Select(i => $"k{i}").ToArray();
        var dataset = await Samples.DatasetAsync(database, [.. keys.Select(key => Samples.Item(key, bytes: 20))]);
        (await KeysAsync(dataset.Id, 1)).ShouldBe(keys);
    }

    [Fact]
    public async Task Items_are_listed_page_by_page_and_by_label_domain_and_split()
    {
        var dataset = await Samples.DatasetAsync(
            database,
            Samples.Item("a", "cat", domain: "photo", split: "train"),
            Samples.Item("b", "dog", domain: "photo", split: "val"),
            Samples.Item("c", "cat", domain: "sketch", split: "train"));

        var page = await items.ListAsync(dataset.Id, null, 2, null, null, null, Cancel);
        page.Select(item => item.Key).ShouldBe(["a", "b"]);
        (await items.ListAsync(dataset.Id, page[^1].Id, 2, null, null, null, Cancel)).Single().Key.ShouldBe("c");
        (await items.ListAsync(dataset.Id, null, 9, "cat", null, null, Cancel)).Select(item => item.Key).ShouldBe(["a", "c"]);
        (await items.ListAsync(dataset.Id, null, 9, "cat", "photo", "train", Cancel)).Single().Key.ShouldBe("a");
        (await items.ListAsync(dataset.Id, null, 9, null, null, "val", Cancel)).Single().Key.ShouldBe("b");
    }

    [Fact]
    public async Task Groups_of_the_same_content_are_listed_page_by_page_with_their_labels()
    {
        var duplicates = database.Get<DuplicateStore>();
        var (a, b) = (Samples.Item("a", "cat"), Samples.Item("b"));
        var many = Enumerable.Range(0, DuplicateStore.Listed + 5).Select(i => b with { Key = $"b{i:D3}" });
        var dataset = await Samples.DatasetAsync(database, [a, a with { Key = "a2", Label = "dog", Domain = "photo", Split = "val" }, Samples.Item("c"), .. many]);
        var unfinished = await imports.StartAsync(dataset.Id, "beside", Cancel);
        await items.AddAsync(unfinished.Id, [Samples.Item("c") with { Key = "c2" }], Cancel);

        var first = (await duplicates.ListAsync(dataset.Id, null, 1, Cancel)).ShouldHaveSingleItem();
        var rest = await duplicates.ListAsync(dataset.Id, Convert.FromHexString(first.Sha256), 10, Cancel);

        DuplicateGroup[] groups = [.. rest.Prepend(first).OrderBy(group => group.Count)];
        groups.Select(group => group.Count).ShouldBe([2, DuplicateStore.Listed + 5]);
        groups[0].Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(a.Bytes)));
        groups[0].Labels.ShouldBe(["cat", "dog"]);
        groups[0].Items.ShouldBe([new("a", "cat", null, null), new("a2", "dog", "photo", "val")]);
        groups[1].Labels.ShouldBeEmpty();
        groups[1].Items.Select(item => item.Key).ShouldBe(Enumerable.Range(0, DuplicateStore.Listed).Select(i => $"b{i:D3}"));
    }

    [Fact]
    public async Task Statistics_count_what_the_version_holds()
    {
        var dataset = await Samples.DatasetAsync(
            database,
            Samples.Item("a", "cat", domain: "photo", split: "train"),
            Samples.Item("b", "dog", domain: "photo", split: "val") with { Width = 32, Height = 24, Channels = 3 },
            Samples.Item("c", "cat"));
        await Samples.ImportAsync(database, dataset.Id, Samples.Item("d", "bird"));

        var statistics = await datasets.StatisticsAsync(dataset.Id, 1, Cancel);

        (statistics.Items, statistics.Labeled, statistics.Classes, statistics.Channels, statistics.Width, statistics.Height).ShouldBe((3L, 3L, 2, 3, 28, 28));
        statistics.Labels.ShouldBe(new Dictionary<string, long> { ["cat"] = 2, ["dog"] = 1 });
        statistics.Domains.ShouldBe(new Dictionary<string, long> { ["photo"] = 2 });
        statistics.Splits.ShouldBe(new Dictionary<string, long> { ["train"] = 1, ["val"] = 1 });
        (await datasets.StatisticsAsync(dataset.Id, 2, Cancel)).Classes.ShouldBe(3);
        var empty = await datasets.StatisticsAsync(dataset.Id, 0, Cancel);
        (empty.Items, empty.Classes, empty.Channels, empty.Width).ShouldBe((0L, 0, 0, 0));
    }

    [Fact]
    public async Task The_test_split_is_not_for_training()
    {
        var dataset = await Samples.DatasetAsync(
            database, Samples.Item("a", "cat"), Samples.Item("b", "dog", split: "test"), Samples.Item("c", split: "train"), Samples.Item("d", "cat", split: "val"));

        var statistics = await datasets.StatisticsAsync(dataset.Id, 1, Cancel);

        statistics.Training.ShouldBe(new TrainingPart(3, 2, 1, 0));
        (statistics.Items, statistics.Labeled, statistics.Classes).ShouldBe((4L, 3L, 2));
    }

    [Fact]
    public async Task A_data_set_in_use_cannot_be_deleted()
    {
        var job = await Samples.JobAsync(database);
        (await Should.ThrowAsync<InUseException>(() => datasets.DeleteAsync(job.DatasetId, Cancel))).Message.ShouldContain(job.Id.ToString());
        await database.Get<TrainingJobStore>().RequestCancelAsync(job.Id, Cancel);
        var import = await imports.StartAsync(job.DatasetId, "x", Cancel);
        (await Should.ThrowAsync<InUseException>(() => datasets.DeleteAsync(job.DatasetId, Cancel))).Message.ShouldContain(import.Id.ToString());
        await imports.FailAsync(import.Id, "x", Cancel);

        (await datasets.DeleteAsync(job.DatasetId, Cancel)).ShouldBeTrue();

        (await datasets.GetAsync(job.DatasetId, Cancel)).ShouldBeNull();
        (await datasets.DeleteAsync(job.DatasetId, Cancel)).ShouldBeFalse();
        (await CountAsync("select count(*) from dataset_item where dataset_id = @Id", job.DatasetId)).ShouldBe(0);
        (await Samples.ReadAsync(database, job.Id)).State.ShouldBe(JobState.Cancelled);
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
