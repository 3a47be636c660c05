using System.Globalization;
using System.Text.Json;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Hnsw;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests.Hnsw;

/// <summary>The index where there is one: in this machine's PostgreSQL if that offers the extension, else in one that does.</summary>
public sealed class HnswTests(VectorDatabaseFixture fixture) : IClassFixture<VectorDatabaseFixture>
{
    readonly VectorDatabase database = fixture.Database;
    readonly CollectionItemStore items = fixture.Database.Get<CollectionItemStore>();
    readonly HnswStore store = fixture.Database.Get<HnswStore>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(16, false)]
    [InlineData(16, true)]
    [InlineData(3, false)]
    [InlineData(2000, false)]
    [InlineData(2100, false)]
    [InlineData(4000, true)]
    public async Task It_finds_nearly_what_comparing_everything_finds_and_comparing_in_the_database_finds_exactly_that(int width, bool half)
    {
        var (cloud, count) = (new Cloud(width, half), width > 1000 ? 100 : 600);
        var collection = await FilledAsync(cloud, count, half);
        (await database.BringUpAsync(collection.Id)).ShouldBeTrue("recall is not known yet");
        var (found, wanted) = (0, 0);
        for (var i = 0; i < 20; i++)
        {
            var query = cloud.Draw(1_000_000 + i);
            var nearest = cloud.Nearest(query, 5);
            (await ScanAsync(collection.Id, query, 5)).Keys.ShouldBe(nearest, ignoreOrder: true);
            var by = await NearestAsync(collection.Id, query, 5);
            by.Count.ShouldBe(5);
            (found, wanted) = (found + by.Intersect(nearest).Count(), wanted + 5);
        }

        (found / (double)wanted).ShouldBeGreaterThan(0.95);
    }

    [Fact]
    public async Task It_is_asked_instead_of_the_table()
    {
        var cloud = new Cloud(8);
        var collection = await FilledAsync(cloud, 3000);
        await database.BringUpAsync(collection.Id);
        var relation = (await database.IndexAsync(collection.Id)).Relation!;
        await using var command = database.Database.Source.CreateCommand($"explain select item_id from {relation} order by embedding <#> $1::real[]::vector(8) limit 10");
        command.Parameters.Add(new() { Value = cloud.Draw(-1) });
        var plan = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        while (await reader.ReadAsync(Cancel))
            plan.Add(reader.GetString(0));
        string.Join('\n', plan).ShouldContain($"{relation}_hnsw");
    }

    [Fact]
    public async Task What_is_written_replaced_or_deleted_is_so_in_the_index_as_soon_as_it_is_seen()
    {
        var cloud = new Cloud(8);
        var collection = await FilledAsync(cloud, 300);
        await database.BringUpAsync(collection.Id);
        var query = cloud.Draw(5000);

        await items.UpsertAsync(collection, [cloud.Item("new", 5000)], Cancel);
        (await NearestAsync(collection.Id, query, 1)).ShouldBe(["new"]);
        await items.UpsertAsync(collection, [cloud.Item("new", 5001), cloud.Item("0007", 5000)], Cancel);
        (await NearestAsync(collection.Id, query, 1)).ShouldBe(["0007"]);
        await items.DeleteAsync(collection.Id, ["0007"], Cancel);
        cloud.Remove("0007");
        (await NearestAsync(collection.Id, query, 1)).ShouldBe(cloud.Nearest(query, 1));
        (await ScanAsync(collection.Id, query, 1000)).Matches.ShouldBe(300);

        var index = await database.IndexAsync(collection.Id);
        (index.Changed, index.Matches).ShouldBe((304, true));
    }

    [Fact]
    public async Task A_write_by_somebody_who_does_not_know_of_it_leaves_it_behind_until_it_is_brought_up()
    {
        var cloud = new Cloud(8);
        var collection = await FilledAsync(cloud, 100);
        await ReadyAsync(collection.Id);
        (await DueAsync(collection.Id)).ShouldBeFalse();

        await database.RunAsync("update collection set revision = revision + 1, items = items - 1 where id = $1", collection.Id);
        await database.RunAsync("delete from collection_item where collection_id = $1 and key = '0003'", collection.Id);
        await database.RunAsync("update collection set floor = revision where id = $1", collection.Id);
        cloud.Remove("0003");
        await items.UpsertAsync(collection, [cloud.Item("later", 77_777)], Cancel);

        await using (var snapshot = await store.OpenAsync(collection.Id, Cancel))
            snapshot.HasEverything.ShouldBeFalse();
        (await DueAsync(collection.Id)).ShouldBeTrue();
        await database.BringUpAsync(collection.Id);
        (await DueAsync(collection.Id)).ShouldBeFalse();
        (await ScanAsync(collection.Id, cloud.Draw(0), 1000)).Keys.ShouldBe(cloud.Nearest(cloud.Draw(0), 1000), ignoreOrder: true);
        (await NearestAsync(collection.Id, cloud.Draw(77_777), 1)).ShouldBe(["later"]);
    }

    [Fact]
    public async Task A_filter_reaches_past_what_it_leaves_out_and_a_minimum_counts_what_there_is()
    {
        var cloud = new Cloud(16);
        var collection = await FilledAsync(cloud, 1500, metadata: i => $$"""{"part": {{i % 50}}}""");
        await database.BringUpAsync(collection.Id);
        var (query, part) = (cloud.Draw(-5), new MetadataFilter.Equal("part", JsonElement.Parse("7")));
        bool Among(string key) => int.Parse(key, CultureInfo.InvariantCulture) % 50 == 7;

        var nearest = await NearestAsync(collection.Id, query, 10, part);
        nearest.Count.ShouldBe(10);
        nearest.Where(key => !Among(key)).ShouldBeEmpty();
        var (keys, matches) = await ScanAsync(collection.Id, query, 10, filter: part);
        matches.ShouldBe(30);
        keys.ShouldBe(cloud.Nearest(query, 10, Among), ignoreOrder: true);
        var first = cloud.Nearest(query, 4);
        var fourth = (float)Cloud.Dot(cloud.Draw(int.Parse(first[3], CultureInfo.InvariantCulture)), query);
        (await ScanAsync(collection.Id, query, 2, fourth - 1e-5f)).Matches.ShouldBe(4);
    }

    [Fact]
    public async Task Vectors_of_another_model_get_an_index_of_their_own()
    {
        var collection = await FilledAsync(new Cloud(8), 50);
        await ReadyAsync(collection.Id);
        var before = (await database.IndexAsync(collection.Id)).Relation!;
        var cloud = new Cloud(12);
        var other = collection with { ModelVersionId = await database.VersionAsync(12) };
        await database.RunAsync("update collection set model_version_id = $2, revision = revision + 1 where id = $1", other.Id, other.ModelVersionId);
        foreach (var item in cloud.Items(50))
            await database.RunAsync(
                "update collection_item set vector = $3, revision = (select revision from collection where id = $1) where collection_id = $1 and key = $2", collection.Id, item.Key, item.Vector);

        (await database.IndexAsync(collection.Id)).Matches.ShouldBeFalse();
        await items.UpsertAsync(other, [cloud.Item("between", 999)], Cancel);
        (await DueAsync(collection.Id)).ShouldBeTrue();
        (await database.BringUpAsync(collection.Id)).ShouldBeTrue("another index has a recall of its own");

        var index = await database.IndexAsync(collection.Id);
        (index.Matches, index.Relation == before, index.Recall).ShouldBe((true, false, null));
        (await NearestAsync(collection.Id, cloud.Draw(999), 1)).ShouldBe(["between"]);
        (await TableExistsAsync(before)).ShouldBeTrue();
        await store.SweepAsync(Cancel);
        (await TableExistsAsync(before), await TableExistsAsync(index.Relation!)).ShouldBe((false, true));
    }

    [Fact]
    public async Task It_goes_when_exactness_is_chosen_or_the_collection_is_deleted()
    {
        var (kept, deleted) = (await FilledAsync(new Cloud(8), 20), await FilledAsync(new Cloud(8), 20));
        foreach (var collection in new[] { kept, deleted })
            await ReadyAsync(collection.Id);
        var (first, second) = ((await database.IndexAsync(kept.Id)).Relation!, (await database.IndexAsync(deleted.Id)).Relation!);

        await store.ChooseAsync(kept.Id, IndexChoice.Exact, Cancel);
        (await DueAsync(kept.Id)).ShouldBeTrue();
        await using (var build = await store.TryBeginAsync(kept.Id, Cancel))
            await build!.RemoveAsync(Cancel);
        await database.Get<CollectionStore>().DeleteAsync(deleted.Id, Cancel);
        await store.SweepAsync(Cancel);

        (await TableExistsAsync(first), await TableExistsAsync(second), await DueAsync(kept.Id)).ShouldBe((false, false, false));
        await items.UpsertAsync(kept, [new Cloud(8).Item("after", 1)], Cancel);
    }

    [Fact]
    public async Task An_invalid_index_is_built_again()
    {
        var collection = await FilledAsync(new Cloud(8), 50);
        await ReadyAsync(collection.Id);
        var relation = (await database.IndexAsync(collection.Id)).Relation!;
        await database.RunAsync($"update pg_index set indisvalid = false where indexrelid = '{relation}_hnsw'::regclass");

        ((await database.IndexAsync(collection.Id)).Matches, await DueAsync(collection.Id)).ShouldBe((false, true));
        await database.BringUpAsync(collection.Id);
        ((await database.IndexAsync(collection.Id)).Matches, await DueAsync(collection.Id)).ShouldBe((true, false));
    }

    [Fact]
    public async Task Writes_go_on_when_the_extension_is_dropped_and_the_index_comes_back_with_it()
    {
        var cloud = new Cloud(8);
        var collection = await FilledAsync(cloud, 50);
        await ReadyAsync(collection.Id);

        await database.RunAsync("drop extension vector cascade");
        (await items.UpsertAsync(collection, [cloud.Item("without", 4711)], Cancel)).Added.ShouldBe(1);
        (await items.DeleteAsync(collection.Id, ["0000"], Cancel)).Deleted.ShouldBe(1);
        await using (var snapshot = await store.OpenAsync(collection.Id, Cancel))
            snapshot.HasEverything.ShouldBeFalse();
        (await DueAsync(collection.Id)).ShouldBeTrue();

        (await database.Get<VectorExtension>().EnsureAsync(Cancel)).ShouldBeNull();
        await database.BringUpAsync(collection.Id);
        (await NearestAsync(collection.Id, cloud.Draw(4711), 1)).ShouldBe(["without"]);
    }

    [Fact]
    public async Task Recall_is_measured_again_after_considerable_change()
    {
        var cloud = new Cloud(4);
        var collection = await FilledAsync(cloud, 200);
        await ReadyAsync(collection.Id);
        var measured = await database.IndexAsync(collection.Id);
        (measured.Recall, measured.Sample, measured.EfSearch, measured.Changed, measured.State).ShouldBe((0.5, 10, 70, 0L, CollectionIndex.Ready));
        measured.MeasuredAt.ShouldNotBeNull();

        await items.UpsertAsync(collection, cloud.Items(900), Cancel);
        (await DueAsync(collection.Id)).ShouldBeFalse();
        await items.UpsertAsync(collection, cloud.Items(200), Cancel);
        (await DueAsync(collection.Id)).ShouldBeTrue();
        (await database.BringUpAsync(collection.Id)).ShouldBeTrue();
        (await database.IndexAsync(collection.Id)).State.ShouldBe(CollectionIndex.Ready, "it serves while it is measured again");
    }

    [Fact]
    public async Task Vectors_too_wide_for_it_are_refused_with_the_reason()
    {
        var collection = await database.CollectionAsync(4001);
        await store.ChooseAsync(collection.Id, IndexChoice.Hnsw, Cancel);
        (await Should.ThrowAsync<NotSupportedException>(() => database.BringUpAsync(collection.Id))).Message.ShouldContain("4001");
    }

    async Task<Collection> FilledAsync(Cloud cloud, int count, bool half = false, Func<int, string>? metadata = null)
    {
        var width = cloud.Draw(0).Length;
        var collection = await database.CollectionAsync(width, half);
        await store.ChooseAsync(collection.Id, IndexChoice.Hnsw, Cancel);
        await items.UpsertAsync(collection, cloud.Items(count, metadata), Cancel);
        return collection;
    }

    async Task ReadyAsync(Guid collectionId)
    {
        await database.BringUpAsync(collectionId);
        await using var build = await store.TryBeginAsync(collectionId, Cancel);
        await build!.RecordAsync(0.5, 10, 70, Cancel);
    }

    async Task<bool> DueAsync(Guid collectionId) => (await store.DueAsync(long.MaxValue, Cancel)).Contains(collectionId);

    Task<bool> TableExistsAsync(string relation) => database.ReadAsync<bool>("select to_regclass($1) is not null", relation);

    async Task<IReadOnlyList<string>> NearestAsync(Guid collectionId, float[] query, int k, MetadataFilter? filter = null)
    {
        await using var snapshot = await store.OpenAsync(collectionId, Cancel);
        snapshot.HasEverything.ShouldBeTrue();
        var found = await snapshot.NearestAsync(query, k, 200, null, filter, Cancel);
        await snapshot.DisposeAsync();
        return await KeysAsync(collectionId, found);
    }

    async Task<(IReadOnlyList<string> Keys, long Matches)> ScanAsync(Guid collectionId, float[] query, int k, float minimum = float.NegativeInfinity, MetadataFilter? filter = null)
    {
        await using var snapshot = await store.OpenAsync(collectionId, Cancel);
        snapshot.HasEverything.ShouldBeTrue();
        var (found, matches) = await snapshot.ScanAsync(query, k, minimum, null, filter, Cancel);
        await snapshot.DisposeAsync();
        return (await KeysAsync(collectionId, found), matches);
    }

    async Task<IReadOnlyList<string>> KeysAsync(Guid collectionId, IReadOnlyList<(long Id, ReadOnlyMemory<byte> Vector)> found)
    {
        var described = await items.DescribeAsync(collectionId, [.. found.Select(item => item.Id)], Cancel);
        return [.. found.Select(item => described[item.Id].Key)];
    }
}
