using ContrastiveService.Tests;
using Npgsql;

namespace ContrastiveService.Storage.Tests;

public sealed class DatabaseTests(PostgresServer server)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrations_run_once_when_several_processes_start_at_the_same_time()
    {
        var connectionString = await server.CreateEmptyDatabaseAsync();
        var databases = Enumerable.Range(0, 6).Select(_ => new Database(connectionString)).ToList();

        await Task.WhenAll(databases.Select(database => Task.Run(() => database.MigrateAsync(Cancel), Cancel)));

        var scripts = await databases[0].QueryAsync<string>("select scriptname from schemaversions order by 1", null, Cancel);
        scripts.Count.ShouldBe(typeof(Database).Assembly.GetManifestResourceNames().Count(name => name.EndsWith(".sql", StringComparison.Ordinal)));
        scripts.ShouldBeUnique();
        (await databases[0].FirstAsync<long>("select count(*) from hangfire.job", null, Cancel)).ShouldBe(0);
        foreach (var database in databases)
            await database.DisposeAsync();
    }

    [Fact]
    public async Task A_migrated_database_can_be_migrated_again()
    {
        await using var database = new Database(await server.CreateDatabaseAsync());
        await database.MigrateAsync(Cancel);
        await database.MigrateAsync(Cancel);
        (await database.IsReachableAsync(Cancel)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_not_reachable()
    {
        var nowhere = new NpgsqlConnectionStringBuilder(await server.CreateEmptyDatabaseAsync()) { Database = "nowhere" };
        await using var database = new Database(nowhere.ConnectionString);
        (await database.IsReachableAsync(Cancel)).ShouldBeFalse();
    }
}
