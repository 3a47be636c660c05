using System.Net;
using System.Text.Json;
using ContrastiveService.Api;
using ContrastiveService.Api.Collections.Indexing;
using ContrastiveService.Api.Collections.Searching;
using ContrastiveService.Api.Errors;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Hnsw;
using ContrastiveService.Tests;
using ContrastiveService.Training.Search;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ContrastiveService.Service.Tests.Collections;

/// <summary>Which way searches go where there is an approximate index. Indexes are built step by step here, as the background does it.</summary>
[Collection(RunningService.Name)]
public sealed class SearchRouterTests(VectorDatabaseFixture fixture) : IClassFixture<VectorDatabaseFixture>
{
    private const int Width = 16, Count = 800;

    private readonly VectorDatabase database = fixture.Database;
    private readonly HnswStore store = fixture.Database.Get<HnswStore>();

    [Fact]
    public async Task A_measured_index_answers_with_the_scores_of_an_exact_search_and_exactness_can_be_asked_for()
    {
        var collection = await MeasuredAsync();
        var index = await database.IndexAsync(collection.Id);
        index.Recall.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(0.975);
        (index.Sample, index.State).ShouldBe((100, CollectionIndex.Ready));
        using var router = Router();
        var found = 0;
        for (var i = 0; i < 20; i++)
        {
            var query = new VectorQuery(Draw(-1 - i), 10);
            var (fast, exact) = (await SearchAsync(router, collection, query), await SearchAsync(router, collection, query, exact: true));
            (fast.Exact, fast.Reason, fast.Matches, exact.Exact, exact.Reason, exact.Matches).ShouldBe((false, null, Count, true, null, Count));
            found += fast.Hits.Intersect(exact.Hits).Count();
        }

        found.ShouldBeGreaterThan(190, "hits are the same to the bit of their scores");
    }

    [Fact]
    public async Task A_collection_beyond_the_memory_is_searched_in_the_database_both_ways()
    {
        var collection = await MeasuredAsync(IndexChoice.Auto);
        using var small = Router(bytes: 1);
        using var large = Router();
        var query = new VectorQuery(Draw(-7), 10) { Except = 5 };
        var memory = await SearchAsync(large, collection, query);
        memory.Exact.ShouldBeTrue("it fits");

        (await SearchAsync(small, collection, query)).Exact.ShouldBeFalse();
        var scanned = await SearchAsync(small, collection, query, exact: true);
        scanned.Hits.ShouldBe(memory.Hits);
        (scanned.Exact, scanned.Matches).ShouldBe((true, memory.Matches));
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(2L << 30)]
    public async Task Where_the_index_finds_fewer_than_wanted_everything_is_compared(long bytes)
    {
        var collection = await MeasuredAsync();
        using var router = Router(bytes);
        var query = new VectorQuery(Draw(-7), 10);

        var rare = await SearchAsync(router, collection, query, new MetadataFilter.Equal("part", JsonElement.Parse("3")));
        (rare.Exact, rare.Hits.Length, rare.Matches).ShouldBe((true, 8, 8));
        rare.Reason!.ShouldContain("8 of 10");
        var minimum = await SearchAsync(router, collection, query with { Minimum = rare.Hits[0].Score });
        minimum.Exact.ShouldBe(minimum.Hits.Length < 10);
        minimum.Matches.ShouldBe(minimum.Exact ? minimum.Hits.Length : null);
        (await SearchAsync(router, collection, query with { K = Count + 10 })).Hits.Length.ShouldBe(Count);
    }

    [Fact]
    public async Task A_poor_index_is_not_used_and_said_to_be_poor()
    {
        var collection = await MeasuredAsync();
        await using (var build = await store.TryBeginAsync(collection.Id, default))
            await build!.RecordAsync(0.5, 100, 50, default);
        using var router = Router();
        var found = await SearchAsync(router, collection, new VectorQuery(Draw(-7), 10));
        found.Exact.ShouldBeTrue();
        found.Reason!.ShouldContain("0.5");
        found.Reason!.ShouldContain("Api:SearchMinimumRecall");
    }

    [Fact]
    public async Task Without_the_extension_everything_is_compared_where_it_fits_and_refused_where_not()
    {
        var collection = await MeasuredAsync();
        using var small = Router(bytes: 1);
        using var large = Router();
        var query = new VectorQuery(Draw(-7), 10);
        var before = await SearchAsync(large, collection, query, exact: true);
        await database.RunAsync("drop extension vector cascade");
        try
        {
            var found = await SearchAsync(large, collection, query);
            (found.Exact, found.Reason is not null).ShouldBe((true, true));
            found.Hits.ShouldBe(before.Hits);
            var refused = await Should.ThrowAsync<ApiException>(() => SearchAsync(small, collection, query));
            (refused.Status, refused.Code).ShouldBe(((int)HttpStatusCode.InsufficientStorage, "index_too_large"));
        }
        finally
        {
            await database.Get<VectorExtension>().EnsureAsync(default);
        }
    }

    private async Task<Collection> MeasuredAsync(IndexChoice choice = IndexChoice.Hnsw)
    {
        var collection = await database.CollectionAsync(Width);
        await store.ChooseAsync(collection.Id, choice, default);
        await database.Get<CollectionItemStore>().UpsertAsync(
            collection,
            [.. Enumerable.Range(0, Count).Select(i => new NewCollectionItem($"{i}", $$"""{ "part": {{i % 100}} }""", VectorFormat.Encode(Draw(i), half: false)))],
            default);
        (await database.BringUpAsync(collection.Id)).ShouldBeTrue();
        await using (var build = await store.TryBeginAsync(collection.Id, default))
        {
            await using var snapshot = await store.OpenAsync(collection.Id, default);
            var measured = await RecallMeasure.TakeAsync(snapshot, 0.975, 1, default);
            await snapshot.DisposeAsync();
            await build!.RecordAsync(measured.Recall, measured.Sample, measured.EfSearch, default);
        }

        return (await database.Get<CollectionStore>().GetAsync(collection.Id, default))!;
    }

    private SearchRouter Router(long bytes = 2L << 30)
    {
        var options = Options.Create(new ApiOptions { SearchMemoryBytes = bytes });
        var memory = new IndexCache(database.Get<CollectionVectorStore>(), options);
        return new SearchRouter(new IndexDesk(store, memory, options), memory, database.Get<CollectionItemStore>(), store, NullLogger<SearchRouter>.Instance);
    }

    private static Task<RoutedResult> SearchAsync(SearchRouter router, Collection collection, VectorQuery query, MetadataFilter? filter = null, bool exact = false) =>
        router.SearchAsync(collection, query, filter, exact, default);

    private static float[] Draw(int seed)
    {
        var random = new Random(seed);
        return VectorFormat.Unit([.. Enumerable.Range(0, Width).Select(_ => (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5))]);
    }
}
