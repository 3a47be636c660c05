using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Reembeddings;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Models;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests;

public sealed class ReembeddingTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    readonly ReembeddingStore reembeddings = database.Get<ReembeddingStore>();
    readonly CollectionStore collections = database.Get<CollectionStore>();
    readonly CollectionItemStore items = database.Get<CollectionItemStore>();
    readonly CollectionVectorStore vectors = database.Get<CollectionVectorStore>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cut_over_replaces_every_vector_and_the_version_at_once_whatever_its_width()
    {
        var (collection, target) = await FilledAsync();
        await items.DeleteAsync(collection.Id, ["c"], Cancel);
        var before = (await items.GetAsync(collection.Id, "a", Cancel))!;
        var work = await ClaimedAsync(collection, target);
        (work.From, work.To, work.Behind, work.Total).ShouldBe(($"{collection.Model}:1", $"{target.Model}:1", 2L, 2L));

        await using (var cutOver = await CaughtUpAsync(work))
        {
            (await collections.GetAsync(collection.Id, Cancel))!.ModelVersionId.ShouldBe(collection.ModelVersionId);
            (await cutOver.CommitAsync(Cancel)).ShouldBeTrue();
        }

        var after = (await collections.GetAsync(collection.Id, Cancel))!;
        (after.ModelVersionId, after.Width, after.Items, after.Revision).ShouldBe((target.Id, 2, 2L, collection.Revision + 2));
        var a = (await items.GetAsync(collection.Id, "a", Cancel))!;
        (a.Id, a.Vector.Length, a.UpdatedAt).ShouldBe((before.Id, 8, before.UpdatedAt));
        await Should.ThrowAsync<VersionChangedException>(() => vectors.OpenAsync(collection.Id, collection.ModelVersionId, 1, Cancel));
        await Should.ThrowAsync<VersionChangedException>(() => vectors.GetAsync(collection.Id, collection.ModelVersionId, "a", Cancel));
        await Should.ThrowAsync<VersionChangedException>(() => items.MatchAsync(collection, new MetadataFilter.All([]), Cancel));
        (await items.MatchAsync(after, new MetadataFilter.All([]), Cancel)).Count.ShouldBe(2);
        (await vectors.GetAsync(collection.Id, target.Id, "a", Cancel))!.Value.Vector.Length.ShouldBe(8);
        // Even who had the revision before, of this very version, gets everything.
        await using (var changes = await vectors.OpenAsync(collection.Id, target.Id, after.Revision - 1, Cancel))
            changes.Whole.ShouldBeTrue();
        var ended = (await reembeddings.GetAsync(work.Id, Cancel))!;
        (ended.State, ended.Total, ended.Dropped, ended.Behind).ShouldBe(("succeeded", 2L, 0L, 0L));
        (await StagedAsync(work.Id)).ShouldBe(2);
        await SweepAsync();
        (await StagedAsync(work.Id)).ShouldBe(0);
    }

    [Fact]
    public async Task Whatever_is_written_meanwhile_is_behind_until_it_is_done_too()
    {
        var (collection, target) = await FilledAsync();
        var work = await ClaimedAsync(collection, target);
        var all = await reembeddings.NextAsync(collection.Id, work.Position, 32, Cancel);
        all.Select(item => item.Key).ShouldBe(["a", "b", "c"]);
        (await reembeddings.AdvanceAsync(work, [.. all.Select(Made)], 1.5, Lease, Cancel)).ShouldBeTrue();
        await items.UpsertAsync(collection, [Item("b", 9), Item("d", 9)], Cancel);
        await items.DeleteAsync(collection.Id, ["a"], Cancel);
        var place = all[^1].Place;

        (await reembeddings.GetAsync(work.Id, Cancel))!.Behind.ShouldBe(2);
        await using (var cutOver = await reembeddings.BeginCutOverAsync(work, place, Cancel))
        {
            (await cutOver.BehindAsync(Cancel)).ShouldBe(2);
            (await Should.ThrowAsync<InvalidOperationException>(() => cutOver.CommitAsync(Cancel))).Message.ShouldContain("1 of 3 items");
        }

        (await items.GetAsync(collection.Id, "c", Cancel))!.Vector.Length.ShouldBe(4);
        await using (var cutOver = await reembeddings.BeginCutOverAsync(work, place, Cancel))
        {
            var writing = items.UpsertAsync(collection, [Item("e", 9)], Cancel);
            var rest = await cutOver.NextAsync(32, Cancel);
            rest.Select(item => (item.Key, item.Picture![0])).ShouldBe([("b", (byte)9), ("d", (byte)9)]);
            await cutOver.AddAsync([.. rest.Select(Made)], Cancel);
            writing.IsCompleted.ShouldBeFalse();
            (await cutOver.CommitAsync(Cancel)).ShouldBeTrue();
            // It was embedded by the old version, so it is told to begin anew.
            await Should.ThrowAsync<VersionChangedException>(() => writing);
        }

        (await items.ListAsync(collection.Id, null, 10, Cancel)).Select(item => (item.Key, item.Vector.Length)).ShouldBe([("b", 8), ("c", 8), ("d", 8)]);
        (await items.GetAsync(collection.Id, "b", Cancel))!.Vector[0].ShouldBe((byte)10);
    }

    [Fact]
    public async Task Items_without_a_picture_are_refused_at_once_and_none_may_come_meanwhile()
    {
        var (collection, target) = await FilledAsync();
        await items.UpsertAsync(collection, [new("v", "{}", [1, 0, 0, 0]), new("w", "{}", [1, 0, 0, 0], "gone", "x")], Cancel);

        var missing = await Should.ThrowAsync<PicturesMissingException>(() => reembeddings.StartAsync(collection, target.Id, false, false, Cancel));

        missing.Count.ShouldBe(2);
        missing.First.ShouldBe(["v", "w"]);
        await items.UpsertAsync(collection, [Item("v"), Item("w")], Cancel);
        await items.UpsertAsync(collection, [new("a", "{}", [1, 0, 0, 0])], Cancel);
        (await Should.ThrowAsync<PicturesMissingException>(() => reembeddings.StartAsync(collection, target.Id, false, false, Cancel))).First.ShouldBe(["a"]);
        var work = await ClaimedAsync(collection, target, dropMissing: true);
        (await Should.ThrowAsync<ReembeddingUnderWayException>(() => items.UpsertAsync(collection, [Item("x"), new("y", "{}", [1, 0, 0, 0])], Cancel))).Key.ShouldBe("y");
        await using (var cutOver = await CaughtUpAsync(work))
        {
            var (left, failed, first) = await cutOver.LeftOutAsync(Cancel);
            (left, failed, first.Single().Key, first.Single().Missing).ShouldBe((1L, 0L, "a", true));
            (await cutOver.CommitAsync(Cancel)).ShouldBeTrue();
        }

        (await items.ListAsync(collection.Id, null, 10, Cancel)).Select(item => item.Key).ShouldBe(["b", "c", "v", "w"]);
        (await collections.GetAsync(collection.Id, Cancel))!.Items.ShouldBe(4);
        var ended = (await reembeddings.GetAsync(work.Id, Cancel))!;
        (ended.Dropped, ended.Failed).ShouldBe((1L, 1L));
        await SweepAsync();
        (await reembeddings.FailuresAsync(work.Id, 0, 10, Cancel)).ShouldHaveSingleItem().Key.ShouldBe("a");
    }

    [Fact]
    public async Task Pictures_come_out_of_the_data_set_that_was_meant_as_long_as_it_is_there()
    {
        var (collection, target) = await FilledAsync();
        var dataset = await Samples.DatasetAsync(database, Samples.Item("k", bytes: 50));
        await items.UpsertAsync(collection, [new("s", "{}", [1, 0, 0, 0], dataset.Name, "k")], Cancel);
        var work = await ClaimedAsync(collection, target);
        (await reembeddings.NextAsync(collection.Id, default, 32, Cancel))[^1].Picture.ShouldBe(Samples.Item("k", bytes: 50).Bytes);
        (await Should.ThrowAsync<InUseException>(() => database.Get<DatasetStore>().DeleteAsync(dataset.Id, Cancel))).Message.ShouldContain(collection.Name);
        (await reembeddings.CancelAsync(work.Id, Cancel)).ShouldBeTrue();
        (await database.Get<DatasetStore>().DeleteAsync(dataset.Id, Cancel)).ShouldBeTrue();
        var namesake = await database.Get<DatasetStore>().CreateAsync(dataset.Name, null, Cancel);
        await Samples.ImportAsync(database, namesake.Id, Samples.Item("k", bytes: 60));

        (await reembeddings.NextAsync(collection.Id, default, 32, Cancel))[^1].Picture.ShouldBeNull();
        (await Should.ThrowAsync<PicturesMissingException>(() => reembeddings.StartAsync(collection, target.Id, false, false, Cancel))).First.ShouldBe(["s"]);
    }

    [Fact]
    public async Task Large_pictures_come_a_few_at_a_time()
    {
        var (collection, _) = await FilledAsync();
        await items.UpsertAsync(collection, [.. Enumerable.Range(0, 3).Select(i => Item($"large-{i}") with { Picture = new byte[30 << 20] })], Cancel);
        var after = (await reembeddings.NextAsync(collection.Id, default, 3, Cancel))[^1].Place;
        var next = await reembeddings.NextAsync(collection.Id, after, 32, Cancel);
        next.Count.ShouldBe(2);
        (await reembeddings.NextAsync(collection.Id, next[^1].Place, 32, Cancel)).ShouldHaveSingleItem().Picture!.Length.ShouldBe(30 << 20);
    }

    [Fact]
    public async Task One_is_under_way_at_a_time_and_whoever_takes_over_goes_on_where_it_stood()
    {
        var (collection, target) = await FilledAsync();
        var other = await CollectionSamples.VersionAsync(database);
        var first = await ClaimedAsync(collection, target);
        (await reembeddings.StartAsync(collection, target.Id, false, false, Cancel)).Id.ShouldBe(first.Id);
        (await Should.ThrowAsync<InUseException>(() => reembeddings.StartAsync(collection, other.Id, false, false, Cancel))).Message.ShouldContain(first.Id.ToString());
        (await Should.ThrowAsync<InUseException>(() => reembeddings.StartAsync(collection, target.Id, true, false, Cancel))).Message.ShouldContain("dropMissing false");
        var batch = await reembeddings.NextAsync(collection.Id, first.Position, 2, Cancel);
        (await reembeddings.AdvanceAsync(first, [.. batch.Select(Made)], 1, Lease, Cancel)).ShouldBeTrue();
        (await reembeddings.ClaimAsync(Lease, Cancel)).ShouldBeNull();
        await database.Get<Database>().ExecuteAsync("update collection_reembedding set lease_until = now() - interval '1 second' where id = @Id", new { first.Id }, Cancel);

        var second = (await reembeddings.ClaimAsync(Lease, Cancel))!;

        (second.Id, second.Position, second.Done, second.Behind).ShouldBe((first.Id, batch[^1].Place, 2L, 1L));
        (await reembeddings.AdvanceAsync(first, [.. batch.Select(Made)], 1, Lease, Cancel)).ShouldBeFalse();
        (await reembeddings.RenewAsync(first, Lease, Cancel)).ShouldBeFalse();
        await using (var late = await CaughtUpAsync(second with { Fence = first.Fence }, second.Position))
            (await late.CommitAsync(Cancel)).ShouldBeFalse();
        (await collections.GetAsync(collection.Id, Cancel))!.ModelVersionId.ShouldBe(collection.ModelVersionId);
        await using (var cutOver = await CaughtUpAsync(second, second.Position))
        {
            (await reembeddings.CancelAsync(second.Id, Cancel)).ShouldBeTrue();
            (await cutOver.CommitAsync(Cancel)).ShouldBeFalse();
        }

        (await reembeddings.CancelAsync(second.Id, Cancel)).ShouldBeFalse();
        (await reembeddings.ListAsync(collection.Id, 10, Cancel)).ShouldHaveSingleItem().State.ShouldBe("cancelled");
        (await collections.GetAsync(collection.Id, Cancel))!.ModelVersionId.ShouldBe(collection.ModelVersionId);
        var stale = collection with { ModelVersionId = other.Id };
        await Should.ThrowAsync<VersionChangedException>(() => reembeddings.StartAsync(stale, target.Id, false, false, Cancel));
        await collections.DeleteAsync(collection.Id, Cancel);
        await Should.ThrowAsync<NotFoundException>(() => reembeddings.StartAsync(collection, target.Id, false, false, Cancel));
    }

    [Fact]
    public async Task What_failed_no_longer_counts_once_it_is_written_again_or_deleted()
    {
        var (collection, target) = await FilledAsync();
        var work = await ClaimedAsync(collection, target);
        var all = await reembeddings.NextAsync(collection.Id, work.Position, 32, Cancel);
        await reembeddings.AdvanceAsync(work, [.. all.Select(item => new ReembeddedItem(item, null, "broken"))], 1, Lease, Cancel);
        (await reembeddings.GetAsync(work.Id, Cancel))!.Failed.ShouldBe(3);
        await items.UpsertAsync(collection, [Item("a")], Cancel);
        await items.DeleteAsync(collection.Id, ["b"], Cancel);

        (await reembeddings.GetAsync(work.Id, Cancel))!.Failed.ShouldBe(1);
        (await reembeddings.FailuresAsync(work.Id, 0, 10, Cancel)).ShouldHaveSingleItem().ShouldBe(new ReembeddingFailure(all[2].Id, "c", "broken", false));
        await using (var cutOver = await CaughtUpAsync(work, all[^1].Place))
        {
            (await cutOver.LeftOutAsync(Cancel)).Failed.ShouldBe(1);
            (await cutOver.CommitAsync(Cancel)).ShouldBeTrue();
        }

        (await items.ListAsync(collection.Id, null, 10, Cancel)).Select(item => item.Key).ShouldBe(["a"]);
        (await reembeddings.FailuresAsync(work.Id, 0, 10, Cancel)).Select(f => f.Key).ShouldBe(["c"]);
    }

    static NewCollectionItem Item(string key, byte picture = 1) => new(key, "{}", [1, 0, 0, 0], Picture: [picture]);

    // A vector of the new width that tells the picture it is of.
    static ReembeddedItem Made(SourceItem item) => item.Picture is null ? new(item, null, "none", Missing: true) : new(item, [(byte)(item.Picture[0] + 1), 0, 0, 0, 0, 0, 0, 0]);

    async Task<(Collection Collection, ModelVersion Target)> FilledAsync()
    {
        // A test must find nothing to claim but its own.
        await database.Get<Database>().ExecuteAsync("update collection_reembedding set state = 'cancelled', lease_until = null where state in ('queued', 'running')", null, Cancel);
        var collection = await CollectionSamples.CollectionAsync(database);
        await items.UpsertAsync(collection, [Item("a"), Item("b"), Item("c")], Cancel);
        return ((await collections.GetAsync(collection.Id, Cancel))!, await CollectionSamples.VersionAsync(database, 2));
    }

    async Task<Reembedding> ClaimedAsync(Collection collection, ModelVersion target, bool dropMissing = false)
    {
        var id = (await reembeddings.StartAsync(collection, target.Id, dropMissing, false, Cancel)).Id;
        var claimed = (await reembeddings.ClaimAsync(Lease, Cancel))!;
        claimed.Id.ShouldBe(id);
        return claimed;
    }

    async Task<CutOver> CaughtUpAsync(Reembedding work, WritePlace? from = null)
    {
        var cutOver = await reembeddings.BeginCutOverAsync(work, from ?? work.Position, Cancel);
        while (await cutOver.NextAsync(32, Cancel) is { Count: > 0 } rest)
            await cutOver.AddAsync([.. rest.Select(Made)], Cancel);
        return cutOver;
    }

    async Task SweepAsync()
    {
        while (await reembeddings.SweepAsync(Cancel))
        {
        }
    }

    Task<long> StagedAsync(Guid id) => database.Get<Database>().FirstAsync<long>("select count(*) from collection_reembedded where reembedding_id = @id", new { id }, Cancel);
}
