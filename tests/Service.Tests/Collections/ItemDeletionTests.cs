using System.Net;

namespace ContrastiveService.Service.Tests.Collections;

[Collection(RunningService.Name)]
public sealed class ItemDeletionTests(ServiceFixture service)
{
    [Fact]
    public async Task Items_go_by_key_by_filter_or_all_and_the_next_search_knows()
    {
        var collection = await FilledAsync();
        (await FoundAsync()).ShouldBe(20);

        (await DeleteAsync(new { keys = new[] { "0", "1", "none" } })).ShouldBe((2, 18));
        (await FoundAsync()).ShouldBe(18);
        (await DeleteAsync(new { filter = new { parity = 1, angle = new { lt = 10 } } })).ShouldBe((4, 14));
        (await FoundAsync()).ShouldBe(14);
        (await DeleteAsync(new { filter = new { parity = 7 } })).ShouldBe((0, 14));
        (await DeleteAsync(new { all = true })).ShouldBe((14, 0));
        (await FoundAsync()).ShouldBe(0);
        (await collection.GetAsync()).Number("items").ShouldBe(0);

        async Task<int> FoundAsync() => (await collection.SearchAsync(new { vector = CollectionClient.Vector(0), k = 100 })).Count;

        async Task<(int Deleted, int Left)> DeleteAsync(object which)
        {
            var answer = await collection.PostAsync("items/delete", which).JsonAsync();
            answer.Number("revision").ShouldBe((await collection.GetAsync()).Number("revision"));
            return (answer.Number("deleted"), answer.Number("left"));
        }
    }

    [Fact]
    public async Task Nothing_is_deleted_by_accident()
    {
        var collection = await FilledAsync();
        await Refuse(new { }, "invalid_value", "keys");
        await Refuse(new { all = false }, "invalid_value", "keys");
        await Refuse(new { filter = new { } }, "invalid_value", "filter");
        await Refuse(new { filter = new { parity = 1 }, all = true }, "invalid_value", "keys");
        await Refuse(new { keys = Array.Empty<string>() }, "invalid_value", "keys");
        await Refuse(new { keys = new[] { "1", "" } }, "invalid_value", "keys[1]");
        await Refuse(new { keys = new string?[] { null } }, "invalid_value", "keys[0]");
        await Refuse(new { keys = Enumerable.Repeat("1", 10_001) }, "invalid_value", "keys");
        await Refuse(new { key = "1" }, "unknown_member", "key");
        (await collection.GetAsync()).Number("items").ShouldBe(20);
        await new CollectionClient(service.Http, "none").PostAsync("items/delete", new { all = true }).ProblemAsync(HttpStatusCode.NotFound, "collection_not_found");

        Task<string> Refuse(object which, string code, string param) => collection.PostAsync("items/delete", which).ProblemAsync(HttpStatusCode.BadRequest, code, param);
    }

    private async Task<CollectionClient> FilledAsync()
    {
        var collection = await CollectionClient.CreateAsync(service.Http, (await service.ModelAsync()).Name);
        await collection.SendAsync(
            [.. Enumerable.Range(0, 20).Select(i => new { key = $"{i}", vector = CollectionClient.Vector(i), metadata = new { parity = i % 2, angle = i } })]).JsonAsync();
        return collection;
    }
}
