using ContrastiveService.Tests;

namespace ContrastiveService.Storage.Tests.Hnsw;

public sealed class VectorDatabaseFixture(PostgresServer server) : IAsyncLifetime
{
    VectorDatabase? database;

    internal VectorDatabase Database => database!;

    public async ValueTask InitializeAsync() => database = await VectorDatabase.OpenAsync(await server.CreateDatabaseAsync());

    public async ValueTask DisposeAsync()
    {
        if (database is not null)
            await database.DisposeAsync();
    }
}
