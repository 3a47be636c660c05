using System.Net;
using Npgsql;

namespace ContrastiveService.Service.Tests.Collections;

[Collection(RunningService.Name)]
public sealed class ImportTests(ServiceFixture service)
{
    [Fact]
    public async Task A_data_set_comes_in_under_its_keys_and_again_changes_nothing()
    {
        var model = await service.ModelAsync();
        var collection = await CollectionClient.CreateAsync(service.Http, model.Name);

        var import = await collection.ImportAsync(model.Data.Name);

        (import.Number("total"), import.Number("done"), import.Number("skipped")).ShouldBe((48, 48, 0));
        (await collection.GetAsync()).Number("items").ShouldBe(48);
        var item = await service.Http.GetAsync($"{collection.Path}/items/{TrainedModel.Key(3)}").JsonAsync();
        item.GetProperty("metadata").GetRawText().ShouldBe("""{"label":"standing","split":"train"}""");
        await collection.ImportAsync(model.Data.Name);
        (await collection.GetAsync()).Number("items").ShouldBe(48);
        (await service.Http.GetAsync($"{collection.Path}/imports").JsonAsync()).EnumerateArray().Count().ShouldBe(2);
        await collection.PostAsync("import", new { dataset = "none" }).ProblemAsync(HttpStatusCode.NotFound, "dataset_not_found", "dataset");
        await collection.PostAsync("import", new { }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "dataset");
        await collection.PostAsync("import", new { dataset = model.Data.Name, split = "half" }).ProblemAsync(HttpStatusCode.BadRequest, "invalid_value", "split");
        await service.Http.GetAsync($"{collection.Path}/imports/{Guid.NewGuid()}").ProblemAsync(HttpStatusCode.NotFound, "import_not_found");
    }

    [Fact]
    public async Task An_import_whose_server_was_killed_is_finished_by_another_from_where_it_stood()
    {
        var model = await service.ModelAsync();
        var collection = await CollectionClient.CreateAsync(service.Http, model.Name);
        await using var database = NpgsqlDataSource.Create(service.ConnectionString);
        var id = (await collection.PostAsync("import", new { dataset = model.Data.Name }).JsonAsync(HttpStatusCode.Accepted)).Text("id")!;
        await collection.FinishAsync(id);
        // As a server leaves it that was killed behind the twentieth item: what it wrote, where it stood, and a lease that ran out.
        await using var command = database.CreateCommand(
            $"""
            delete from collection_item where collection_id = (select id from collection where name = '{collection.Name}')
                and dataset_key not in (select key from dataset_item where dataset_id = (select dataset_id from collection_import where id = '{id}') order by id limit 20);
            update collection set items = 20, revision = revision + 1, floor = revision + 1 where name = '{collection.Name}';
            update collection_import set state = 'running', done = 20, lease_until = now() - interval '1 second',
                position = (select max(id) from (select id from dataset_item where dataset_id = collection_import.dataset_id order by id limit 20) first) where id = '{id}'
            """);
        await command.ExecuteNonQueryAsync();

        var import = await collection.FinishAsync(id);

        (import.Number("done"), import.Number("total")).ShouldBe((48, 48));
        (await collection.GetAsync()).Number("items").ShouldBe(48);
        (await collection.SearchAsync(new { key = TrainedModel.Key(47), k = 100 })).Count.ShouldBe(47);
    }
}
