using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests;

public sealed class CollectionImportTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    readonly CollectionImportStore imports = database.Get<CollectionImportStore>();
    readonly CollectionStore collections = database.Get<CollectionStore>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static NewCollectionItem Item(string key) => new(key, "{}", [1, 0, 0, 0]);

    [Fact]
    public async Task What_is_under_way_is_not_begun_twice_and_what_is_done_may_be_done_again()
    {
        var (collection, dataset) = await StartedAsync();
        var first = await imports.StartAsync(collection.Id, dataset, null, Cancel);
        (first.State, first.Total, first.Position).ShouldBe(("queued", 3L, 0L));
        (await imports.StartAsync(collection.Id, dataset, null, Cancel)).Id.ShouldBe(first.Id);
        (await imports.StartAsync(collection.Id, dataset, "test", Cancel)).Total.ShouldBe(1);
        var claimed = (await imports.ClaimAsync(Lease, Cancel))!;
        (claimed.Id, claimed.State).ShouldBe((first.Id, "running"));
        (await imports.StartAsync(collection.Id, dataset, null, Cancel)).Id.ShouldBe(first.Id);
        await Should.ThrowAsync<InUseException>(() => database.Get<DatasetStore>().DeleteAsync(dataset.Id, Cancel));

        (await imports.SucceedAsync(claimed, Cancel)).ShouldBeTrue();

        (await imports.StartAsync(collection.Id, dataset, null, Cancel)).Id.ShouldNotBe(first.Id);
        (await imports.ListAsync(collection.Id, 10, Cancel)).Count.ShouldBe(3);
        await EndAllAsync();
    }

    [Fact]
    public async Task Whoever_takes_over_goes_on_where_the_last_write_left_it_and_the_first_one_writes_no_more()
    {
        var (collection, dataset) = await StartedAsync();
        var id = (await imports.StartAsync(collection.Id, dataset, null, Cancel)).Id;
        var first = (await imports.ClaimAsync(Lease, Cancel))!;
        (await imports.AdvanceAsync(first, collection.ModelVersionId, [Item("a")], 41, 1, "c is broken", Lease, Cancel)).ShouldBeTrue();
        (await imports.ClaimAsync(Lease, Cancel)).ShouldBeNull();
        await RunOutAsync(id);

        var second = (await imports.ClaimAsync(Lease, Cancel))!;

        (second.Id, second.Position, second.Done, second.Skipped, second.Note).ShouldBe((id, 41L, 1L, 1L, "c is broken"));
        (await imports.AdvanceAsync(first, collection.ModelVersionId, [Item("b")], 42, 0, null, Lease, Cancel)).ShouldBeFalse();
        (await imports.RenewAsync(first, Lease, Cancel)).ShouldBeFalse();
        (await imports.FailAsync(first, "x", Cancel)).ShouldBeFalse();
        (await collections.GetAsync(collection.Id, Cancel))!.Items.ShouldBe(1);
        (await imports.HandBackAsync(second, Cancel)).ShouldBeTrue();
        (await imports.GetAsync(id, Cancel))!.State.ShouldBe("queued");
        await EndAllAsync();
    }

    [Fact]
    public async Task Vectors_of_a_version_that_the_collection_left_meanwhile_are_not_written()
    {
        var (collection, dataset) = await StartedAsync();
        var id = (await imports.StartAsync(collection.Id, dataset, null, Cancel)).Id;
        var claimed = (await imports.ClaimAsync(Lease, Cancel))!;
        await Should.ThrowAsync<VersionChangedException>(() => imports.AdvanceAsync(claimed, Guid.NewGuid(), [Item("a")], 41, 0, null, Lease, Cancel));
        (await imports.GetAsync(id, Cancel))!.Position.ShouldBe(0);
        (await collections.GetAsync(collection.Id, Cancel))!.Items.ShouldBe(0);
        await EndAllAsync();
    }

    [Fact]
    public async Task An_import_that_gets_nowhere_ends_as_failed()
    {
        var (collection, dataset) = await StartedAsync();
        var id = (await imports.StartAsync(collection.Id, dataset, null, Cancel)).Id;
        for (var i = 0; i < 5; i++)
        {
            (await imports.ClaimAsync(Lease, Cancel)).ShouldNotBeNull().Id.ShouldBe(id);
            await RunOutAsync(id);
        }

        (await imports.ClaimAsync(Lease, Cancel)).ShouldBeNull();

        var failed = (await imports.GetAsync(id, Cancel))!;
        failed.State.ShouldBe("failed");
        failed.Error.ShouldBe("It was begun 5 times in a row and never got further than 0 of 3 items. The server's log says more; import again to try once more.");
    }

    [Fact]
    public async Task The_stream_of_a_data_set_can_begin_behind_an_item_and_keep_to_a_split()
    {
        var (_, dataset) = await StartedAsync();
        var all = await KeysAsync(0, null);
        all.Select(item => item.Key).ShouldBe(["a", "b", "c"]);
        (await KeysAsync(all[0].Id, null)).Select(item => item.Key).ShouldBe(["b", "c"]);
        (await KeysAsync(0, "test")).Select(item => item.Key).ShouldBe(["b"]);

        async Task<List<DatasetItem>> KeysAsync(long after, string? split)
        {
            var read = new List<DatasetItem>();
            await foreach (var (item, _) in database.Get<DatasetItemStore>().StreamAsync(dataset.Id, dataset.Version, Cancel, after, split))
                read.Add(item);
            return read;
        }
    }

    async Task<(Collection Collection, Dataset Dataset)> StartedAsync() => (
        await CollectionSamples.CollectionAsync(database),
        await Samples.DatasetAsync(database, Samples.Item("a"), Samples.Item("b", split: "test"), Samples.Item("c")));

    Task<int> RunOutAsync(Guid id) =>
        database.Get<Database>().ExecuteAsync("update collection_import set lease_until = now() - interval '1 second' where id = @id", new { id }, Cancel);

    // The next test of this class must find nothing to claim but its own.
    Task<int> EndAllAsync() => database.Get<Database>().ExecuteAsync("update collection_import set state = 'failed', lease_until = null", null, Cancel);
}
