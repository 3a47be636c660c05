using ContrastiveService.Tests;
using Npgsql;

namespace ContrastiveService.Service.Tests.Collections;

/// <summary>A database with the extension <c>vector</c>: beside the service's where its PostgreSQL offers that.</summary>
public sealed class VectorDatabaseFixture(ServiceFixture service) : IAsyncLifetime
{
    private VectorDatabase? database;

    internal VectorDatabase Database => database!;

    public async ValueTask InitializeAsync()
    {
        var name = $"vectors_{Guid.NewGuid():N}";
        await using (var source = NpgsqlDataSource.Create(service.ConnectionString))
        {
            await using var create = source.CreateCommand($"create database {name}");
            await create.ExecuteNonQueryAsync();
        }

        database = await VectorDatabase.OpenAsync(new NpgsqlConnectionStringBuilder(service.ConnectionString) { Database = name }.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (database is not null)
            await database.DisposeAsync();
    }
}
