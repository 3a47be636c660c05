using Npgsql;

namespace ContrastiveService.Service.Tests.Datasets;

[Collection(RunningService.Name)]
public sealed class KilledApiTests(ServiceFixture service)
{
    private const string Stop = "cat/0700.png";
    private const int Lock = 4711;

    [Fact]
    public async Task An_Api_killed_in_the_middle_of_an_import_leaves_the_data_set_as_it_was()
    {
        var set = await DatasetClient.CreateAsync(service.Http);
        await set.ImportAsync(TestArchives.Zip(("cat/first.png", TestPictures.Bar(1, 1))));
        var archive = TestArchives.Zip([.. Enumerable.Range(0, 1100).Select(i => ($"cat/{i:D4}.png", TestPictures.Bar(i, 0)))]);
        await using var database = NpgsqlDataSource.Create(service.ConnectionString);
        string location;
        await using (await StopAtAsync(database))
        using (var api = await ApiProcess.StartAsync(service.ConnectionString, service.Spool))
        {
            using var accepted = await new DatasetClient(api.Http, set.Name).SendArchiveAsync(archive);
            location = accepted.Headers.Location.ShouldNotBeNull().ToString();
            await Eventually.Is("some of it to be written", async () => (await service.Http.GetAsync(location).JsonAsync()).Number("added") > 0);
            api.Kill();
        }

        // As if the five minutes had passed after which silence means that nobody is there.
        await Eventually.Is("the import to be found abandoned", async () =>
        {
            await ExecuteAsync(database, $"update dataset_import set updated_at = now() - interval '10 minutes' where id = '{location.Split('/')[^1]}' and state = 'running'");
            return (await service.Http.GetAsync(location).JsonAsync()).Text("state") == "failed";
        });

        (await service.Http.GetAsync(location).JsonAsync()).Text("error").ShouldNotBeNull().ShouldContain("Upload it again");
        var now = await set.GetAsync();
        (now.Number("version"), now.Number("items")).ShouldBe((1, 1));
        (await set.ItemsAsync()).ShouldHaveSingleItem().Text("key").ShouldBe("cat/first.png");
        var again = await set.ImportAsync(archive);
        (again.Number("added"), again.Number("duplicates"), again.Number("version")).ShouldBe((1100, 0, 2));
        foreach (var left in Directory.GetDirectories(service.Spool))
            Directory.Delete(left, recursive: true);
    }

    /// <summary>Makes the database wait when that one item comes, with those before it written, until what is returned is disposed.</summary>
    private static async Task<IAsyncDisposable> StopAtAsync(NpgsqlDataSource database)
    {
        var holder = await database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            $"""
            create function stop_there() returns trigger language plpgsql as $body$
            begin perform pg_advisory_xact_lock({Lock}); return new; end $body$;
            create trigger stop_there before insert on dataset_item for each row when (new.key = '{Stop}') execute function stop_there();
            select pg_advisory_lock({Lock})
            """, holder);
        await command.ExecuteNonQueryAsync();
        return new Stopped(database, holder);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class Stopped(NpgsqlDataSource database, NpgsqlConnection holder) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await using (var release = new NpgsqlCommand($"select pg_advisory_unlock({Lock})", holder))
                await release.ExecuteNonQueryAsync();
            await holder.DisposeAsync();
            await ExecuteAsync(database, "drop trigger stop_there on dataset_item; drop function stop_there()");
        }
    }
}
