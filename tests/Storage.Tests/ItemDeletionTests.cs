using System.Text.Json;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests;

public sealed class ItemDeletionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    readonly CollectionStore collections = database.Get<CollectionStore>();
    readonly CollectionItemStore items = database.Get<CollectionItemStore>();
    readonly CollectionVectorStore vectors = database.Get<CollectionVectorStore>();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_filter_deletes_what_it_lets_through_and_followers_hear_of_each()
    {
        var collection = await FilledAsync();
        var filter = new MetadataFilter.Equal("odd", JsonElement.Parse("true"));

        (await items.DeleteAsync(collection.Id, filter, Cancel)).ShouldBe(new DeleteResult(5, 5, 2));

        (await items.ListAsync(collection.Id, null, 100, Cancel)).Select(item => item.Key).ShouldBe(["0", "2", "4", "6", "8"]);
        (await collections.GetAsync(collection.Id, Cancel))!.Items.ShouldBe(5);
        (await ChangesAsync(collection, 1)).ShouldBe((2, false, 5, 0));
        (await items.DeleteAsync(collection.Id, filter, Cancel)).ShouldBe(new DeleteResult(0, 5, 2));
        (await items.DeleteAsync(collection.Id, ["0", "none", "2"], Cancel)).ShouldBe(new DeleteResult(2, 3, 3));
        (await ChangesAsync(collection, 2)).ShouldBe((3, false, 2, 0));
    }

    [Fact]
    public async Task Everything_goes_at_once_with_its_pictures_and_followers_begin_anew()
    {
        var others = await PicturesAsync();
        var collection = await FilledAsync();
        await items.DeleteAsync(collection.Id, ["0"], Cancel);
        (await PicturesAsync()).ShouldBe(others + 9);

        (await items.DeleteAllAsync(collection.Id, Cancel)).ShouldBe(new DeleteResult(9, 0, 3));

        (await collections.GetAsync(collection.Id, Cancel))!.Items.ShouldBe(0);
        (await ChangesAsync(collection, 2)).ShouldBe((3, true, 0, 0));
        (await PicturesAsync()).ShouldBe(others);
        await items.UpsertAsync(collection, [Item(0)], Cancel);
        (await ChangesAsync(collection, 3)).ShouldBe((4, false, 0, 1));
        await items.DeleteAllAsync(collection.Id, Cancel);
        await collections.DeleteAsync(collection.Id, Cancel);
        await Should.ThrowAsync<NotFoundException>(() => items.DeleteAllAsync(collection.Id, Cancel));
    }

    static NewCollectionItem Item(int i) => new($"{i}", $$"""{"odd": {{(i % 2 == 1 ? "true" : "false")}}}""", [1, 0, 0, 0], Picture: [1, 2, 3]);

    async Task<Collection> FilledAsync()
    {
        var collection = await CollectionSamples.CollectionAsync(database);
        await items.UpsertAsync(collection, [.. Enumerable.Range(0, 10).Select(Item)], Cancel);
        return collection;
    }

    Task<long> PicturesAsync() => database.Get<Database>().FirstAsync<long>("select count(*) from collection_picture", null, Cancel);

    async Task<(long Revision, bool Whole, int Removed, int Written)> ChangesAsync(Collection collection, long known)
    {
        await using var changes = await vectors.OpenAsync(collection.Id, collection.ModelVersionId, known, Cancel);
        var (removed, written) = (0, 0);
        await foreach (var (_, vector) in changes.ReadAsync(Cancel))
            _ = vector.IsEmpty ? removed++ : written++;
        return (changes.Revision, changes.Whole, removed, written);
    }
}
