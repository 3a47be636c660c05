using System.Text.Json;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Datasets;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests;

public sealed class CollectionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    readonly CollectionStore collections = database.Get<CollectionStore>();
    readonly CollectionItemStore items = database.Get<CollectionItemStore>();
    readonly CollectionVectorStore vectors = database.Get<CollectionVectorStore>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static NewCollectionItem Item(string key, byte vector = 1, string metadata = "{}") => new(key, metadata, [vector, 0, 0, 0]);

    [Fact]
    public async Task A_collection_says_which_version_it_is_of_and_its_name_is_taken_once()
    {
        var version = await CollectionSamples.VersionAsync(database);
        var name = Samples.NewName();

        var created = await collections.CreateAsync(name, version.Id, half: true, Cancel);

        (created.Model, created.Version, created.Width, created.Half, created.Items, created.Revision).ShouldBe((version.Model, 1, 1, true, 0L, 0L));
        (await Should.ThrowAsync<NameTakenException>(() => collections.CreateAsync(name, version.Id, half: false, Cancel))).Message.ShouldContain(name);
        await Should.ThrowAsync<NotFoundException>(() => collections.CreateAsync(Samples.NewName(), Guid.NewGuid(), half: false, Cancel));
        (await collections.ListAsync(name[..^1], 1000, Cancel)).Select(c => c.Name).ShouldContain(name);
        (await collections.DeleteAsync(created.Id, Cancel)).ShouldBeTrue();
        (await collections.DeleteAsync(created.Id, Cancel)).ShouldBeFalse();
        (await collections.GetAsync(name, Cancel)).ShouldBeNull();
        await Should.ThrowAsync<NotFoundException>(() => items.UpsertAsync(created, [Item("a")], Cancel));
        await Should.ThrowAsync<NotFoundException>(() => vectors.OpenAsync(created.Id, created.ModelVersionId, -1, Cancel));
    }

    [Fact]
    public async Task Writing_a_key_again_replaces_what_it_held()
    {
        var collection = await CollectionSamples.CollectionAsync(database);
        (await items.UpsertAsync(collection, [Item("a"), Item("b")], Cancel)).ShouldBe(new UpsertResult(2, 0, 1));
        (await items.UpsertAsync(collection, [Item("b", 7, """{"x": 1}""") with { Dataset = "d", DatasetKey = "k" }, Item("c")], Cancel)).ShouldBe(new UpsertResult(1, 1, 2));

        var b = (await items.GetAsync(collection.Id, "b", Cancel))!;
        (b.Vector[0], b.Metadata, b.Dataset, b.DatasetKey).ShouldBe(((byte)7, """{"x": 1}""", "d", "k"));
        (await items.ListAsync(collection.Id, "a", 10, Cancel)).Select(item => item.Key).ShouldBe(["b", "c"]);
        var now = (await collections.GetAsync(collection.Id, Cancel))!;
        (now.Items, now.Revision).ShouldBe((3L, 2L));
        (await items.DeleteAsync(collection.Id, ["a", "none"], Cancel)).Deleted.ShouldBe(1);
        (await items.DeleteAsync(collection.Id, ["a"], Cancel)).Deleted.ShouldBe(0);
        now = (await collections.GetAsync(collection.Id, Cancel))!;
        (now.Items, now.Revision).ShouldBe((2L, 3L));
        (await items.DescribeAsync(collection.Id, [b.Id, 99999], Cancel)).ShouldHaveSingleItem().Value.ShouldBe(("b", """{"x": 1}"""));
    }

    [Fact]
    public async Task Whoever_has_a_revision_gets_what_changed_since()
    {
        var collection = await CollectionSamples.CollectionAsync(database);
        await items.UpsertAsync(collection, [Item("a"), Item("b"), Item("c")], Cancel);
        var all = await ReadAsync(collection, -1);
        (all.Revision, all.Whole, all.Changes.Count).ShouldBe((1L, true, 3));
        await items.UpsertAsync(collection, [Item("b", 9), Item("d")], Cancel);
        await items.DeleteAsync(collection.Id, ["a"], Cancel);

        var since = await ReadAsync(collection, 1);

        (since.Revision, since.Whole).ShouldBe((3L, false));
        since.Changes.Count(change => change.Vector.Length == 0).ShouldBe(1);
        since.Changes.Where(change => change.Vector.Length > 0).Select(change => change.Vector[0]).Order().ShouldBe([(byte)1, (byte)9]);
        (await ReadAsync(collection, 3)).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_is_behind_the_removals_that_are_kept_gets_everything()
    {
        var collection = await CollectionSamples.CollectionAsync(database);
        await items.UpsertAsync(collection, [Item("a"), Item("b"), Item("c")], Cancel);
        await items.DeleteAsync(collection.Id, ["a"], Cancel);
        await database.Get<Database>().ExecuteAsync("update collection_removal set at = at - interval '2 hours' where collection_id = @Id", new { collection.Id }, Cancel);
        await items.DeleteAsync(collection.Id, ["b"], Cancel);

        (await ReadAsync(collection, 1)).Whole.ShouldBeTrue();
        var later = await ReadAsync(collection, 2);
        (later.Whole, later.Changes.Single().Vector.Length).ShouldBe((false, 0));
    }

    [Fact]
    public async Task Writers_at_once_take_turns_and_no_revision_is_seen_before_an_earlier_one()
    {
        var collection = await CollectionSamples.CollectionAsync(database);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => items.UpsertAsync(collection, [.. Enumerable.Range(0, 50).Select(i => Item($"{(writer + i) % 60}"))], Cancel)));
        var now = (await collections.GetAsync(collection.Id, Cancel))!;
        (now.Revision, now.Items).ShouldBe((8L, 57L));
        (await ReadAsync(collection, -1)).Changes.Count.ShouldBe(57);
    }

    [Fact]
    public async Task Filters_let_through_what_they_say()
    {
        var collection = await CollectionSamples.CollectionAsync(database);
        await items.UpsertAsync(
            collection,
            [
                Item("cat", metadata: """{"label": "cat", "price": 5, "tags": ["old", "wet"], "when": "2024-05-01"}"""),
                Item("dog", metadata: """{"label": "dog", "price": 7.5, "sold": true, "when": "2025-01-01"}"""),
                Item("odd", metadata: """{"label": 5, "price": "5", "sold": null, "tags": "old"}"""),
                Item("none"),
            ],
            Cancel);

        await Expect(Equal("label", "\"cat\""), "cat");
        await Expect(Equal("label", "5.0"), "odd");
        await Expect(Equal("sold", "null"), "odd");
        await Expect(Equal("tags", "\"old\""), "odd");
        await Expect(new MetadataFilter.Contains("tags", Json("\"old\"")), "cat");
        await Expect(new MetadataFilter.Compare("price", Comparison.GreaterOrEqual, Json("5")), "cat", "dog");
        await Expect(new MetadataFilter.Compare("price", Comparison.Greater, Json("5")), "dog");
        await Expect(new MetadataFilter.Compare("price", Comparison.Less, Json("7.50")), "cat");
        await Expect(new MetadataFilter.Compare("price", Comparison.LessOrEqual, Json("\"5\"")), "odd");
        await Expect(new MetadataFilter.Compare("when", Comparison.Less, Json("\"2025\"")), "cat");
        await Expect(new MetadataFilter.None(new MetadataFilter.Compare("price", Comparison.Less, Json("7"))), "dog", "none", "odd");
        await Expect(new MetadataFilter.None(Equal("label", "\"cat\"")), "dog", "none", "odd");
        await Expect(new MetadataFilter.Any([Equal("label", "\"cat\""), Equal("label", "\"dog\"")]), "cat", "dog");
        await Expect(new MetadataFilter.All([Equal("sold", "true"), Equal("label", "\"dog\"")]), "dog");
        await Expect(new MetadataFilter.All([]), "cat", "dog", "none", "odd");
        await Expect(new MetadataFilter.Any([]));
        await Expect(Equal("label' or true --", "\"'; drop table collection; --\""));

        async Task Expect(MetadataFilter filter, params string[] keys)
        {
            var ids = await items.MatchAsync(collection, filter, Cancel);
            (await items.DescribeAsync(collection.Id, [.. ids], Cancel)).Values.Select(item => item.Key).Order().ShouldBe(keys);
        }
    }

    static MetadataFilter.Equal Equal(string member, string value) => new(member, Json(value));

    static JsonElement Json(string json) => JsonElement.Parse(json);

    async Task<(long Revision, bool Whole, List<(long Id, byte[] Vector)> Changes)> ReadAsync(Collection collection, long known)
    {
        await using var changes = await vectors.OpenAsync(collection.Id, collection.ModelVersionId, known, Cancel);
        var read = new List<(long, byte[])>();
        await foreach (var (item, vector) in changes.ReadAsync(Cancel))
            read.Add((item, vector.ToArray()));
        return (changes.Revision, changes.Whole, read);
    }
}
