using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Hnsw;
using ContrastiveService.Tests;
using Npgsql;

namespace ContrastiveService.Storage.Tests.Hnsw;

/// <summary>What holds whether this machine's PostgreSQL offers the extension or not.</summary>
public sealed class VectorExtensionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    readonly HnswStore store = database.Get<HnswStore>();
    readonly CollectionItemStore items = database.Get<CollectionItemStore>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("0.8.4", true)]
    [InlineData("0.8.10", true)]
    [InlineData("0.10", true)]
    [InlineData("1.0.0", true)]
    [InlineData("0.8.4-rc1", true)]
    [InlineData("0.8.3", false)]
    [InlineData("0.8", false)]
    [InlineData("0.7.4", false)]
    [InlineData("unknown", false)]
    public void Versions_are_compared_by_their_numbers(string version, bool enough)
    {
        VectorExtension.IsEnough(version).ShouldBe(enough);
        var offered = VectorExtension.Obstacle(new(version, null, false, "me", "db"));
        var installed = VectorExtension.Obstacle(new("0.8.6", version, true, "me", "db"));
        (offered is null, installed is null).ShouldBe((enough, enough));
        if (!enough)
            (offered!.Contains("0.8.4", StringComparison.Ordinal), installed!.Contains("ALTER EXTENSION vector UPDATE", StringComparison.Ordinal)).ShouldBe((true, true));
    }

    [Fact]
    public void An_extension_that_is_missing_or_out_of_reach_is_said_to_be_so()
    {
        VectorExtension.Obstacle(new(null, null, false, "me", "db"))!.ShouldContain("does not offer");
        VectorExtension.Obstacle(new("0.8.6", "0.8.6", false, "me", "db"))!.ShouldContain("search_path");
        VectorExtension.Obstacle(new("0.8.3", "0.8.3", true, "me", "db"))!.ShouldContain("Install a newer pgvector");
    }

    [Fact]
    public async Task An_account_without_the_right_to_create_it_is_told_what_to_ask_for()
    {
        var admin = database.Get<Database>();
        var offered = await admin.FirstAsync<string>("select default_version from pg_available_extensions where name = 'vector'", null, Cancel);
        await admin.ExecuteAsync("drop extension if exists vector cascade", null, Cancel);
        await admin.ExecuteAsync("create role plain login password 'plain'", null, Cancel);
        await using var plain = new Database(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = "plain", Password = "plain" }.ConnectionString);

        var obstacle = await new VectorExtension(plain).EnsureAsync(Cancel);

        obstacle.ShouldNotBeNull().ShouldContain(offered is null ? "does not offer" : VectorExtension.IsEnough(offered) ? "CREATE EXTENSION vector" : "Install a newer pgvector");
        (await new VectorExtension(admin).EnsureAsync(Cancel) is null).ShouldBe(offered is not null && VectorExtension.IsEnough(offered));
    }

    [Fact]
    public async Task Only_collections_that_are_to_have_an_index_are_due_for_one()
    {
        var (small, large, exact, wanted) = (await NewAsync(), await NewAsync(), await NewAsync(), await NewAsync());
        foreach (var collection in new[] { large, exact })
            await items.UpsertAsync(collection, [.. Enumerable.Range(0, 10).Select(i => new NewCollectionItem($"{i}", "{}", [0, 0, 128, 63]))], Cancel);
        await store.ChooseAsync(exact.Id, IndexChoice.Exact, Cancel);
        await store.ChooseAsync(wanted.Id, IndexChoice.Hnsw, Cancel);

        var due = await store.DueAsync(999, Cancel);
        foreach (var (collection, expected) in new[] { (small, false), (large, true), (exact, false), (wanted, true) })
            due.Contains(collection.Id).ShouldBe(expected);
        (await store.DueAsync(1000, Cancel)).ShouldNotContain(large.Id);
    }

    [Fact]
    public async Task What_failed_is_tried_again_later_or_when_it_is_chosen_anew()
    {
        var collection = await NewAsync();
        await store.ChooseAsync(collection.Id, IndexChoice.Hnsw, Cancel);
        for (var i = 1; i <= 3; i++)
            await store.FailAsync(collection.Id, $"No room, {i}.", Cancel);

        var index = (await store.GetAsync([collection.Id], Cancel))[collection.Id];
        (index.State, index.Error, index.Chosen, index.Matches).ShouldBe((CollectionIndex.Failed, "No room, 3.", IndexChoice.Hnsw, false));
        var minutes = await database.Get<Database>().FirstAsync<double>(
            "select extract(epoch from retry_at - now())::double precision / 60 from collection_index where collection_id = @Id", new { collection.Id }, Cancel);
        minutes.ShouldBe(4, 0.5);
        (await store.DueAsync(long.MaxValue, Cancel)).ShouldNotContain(collection.Id);
        await store.ChooseAsync(collection.Id, IndexChoice.Hnsw, Cancel);
        (await store.DueAsync(long.MaxValue, Cancel)).ShouldContain(collection.Id);
        await store.FailAsync(Guid.NewGuid(), "Of no collection.", Cancel);
        await Should.ThrowAsync<NotFoundException>(() => store.ChooseAsync(Guid.NewGuid(), IndexChoice.Exact, Cancel));
    }

    [Fact]
    public async Task A_table_that_is_gone_costs_no_write()
    {
        var collection = await NewAsync();
        await store.ChooseAsync(collection.Id, IndexChoice.Hnsw, Cancel);
        await database.Get<Database>().ExecuteAsync(
            "update collection_index set relation = 'collection_hnsw_gone', model_version_id = @ModelVersionId, width = 1, half = false, revision = 0 where collection_id = @Id", collection, Cancel);

        (await items.UpsertAsync(collection, [new("a", "{}", [0, 0, 128, 63])], Cancel)).Added.ShouldBe(1);

        var index = (await store.GetAsync([collection.Id], Cancel))[collection.Id];
        (index.Revision, index.Matches).ShouldBe((0L, false));
        await using var snapshot = await store.OpenAsync(collection.Id, Cancel);
        snapshot.HasEverything.ShouldBeFalse();
    }

    [Fact]
    public async Task One_process_at_a_time_works_on_an_index()
    {
        var id = Guid.NewGuid();
        await using (var first = await store.TryBeginAsync(id, Cancel))
        {
            first.ShouldNotBeNull();
            (await store.TryBeginAsync(id, Cancel)).ShouldBeNull();
        }

        await using var second = await store.TryBeginAsync(id, Cancel);
        second.ShouldNotBeNull();
    }

    Task<Collection> NewAsync() => CollectionSamples.CollectionAsync(database);
}
