using System.Globalization;
using ContrastiveService.Storage;
using ContrastiveService.Storage.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

[assembly: AssemblyFixture(typeof(ContrastiveService.Tests.PostgresServer))]

namespace ContrastiveService.Tests;

/// <summary>One private PostgreSQL server for all tests of an assembly, in a temporary directory. Durability is off: nothing here needs to survive.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    const string Template = "template_contrastive";

    static readonly Dictionary<string, string> Settings = new()
    {
        ["fsync"] = "off",
        ["synchronous_commit"] = "off",
        ["full_page_writes"] = "off",
        ["max_connections"] = "300",
    };

    PrivatePostgres? server;
    int databases;

    public async ValueTask InitializeAsync()
    {
        Leftovers.Remove();
        server = await PrivatePostgres.StartAsync(Leftovers.DirectoryOfThisRun, NullLogger.Instance, Settings, TestContext.Current.CancellationToken);
        var template = await CreateAsync("create database {0}", Template);
        await using (var database = new Database(template))
            await database.MigrateAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        Directory.Delete(Leftovers.DirectoryOfThisRun, recursive: true);
    }

    /// <summary>A database of its own with our schema.</summary>
    /// <returns>Its connection string.</returns>
    public Task<string> CreateDatabaseAsync() => CreateAsync($"create database {{0}} template {Template}", NextName());

    /// <summary>A database of its own with nothing in it.</summary>
    /// <returns>Its connection string.</returns>
    public Task<string> CreateEmptyDatabaseAsync() => CreateAsync("create database {0}", NextName());

    string NextName() => string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref databases)}");

    async Task<string> CreateAsync(string sql, string name)
    {
        await using var source = NpgsqlDataSource.Create(server!.ConnectionString);
        await using var command = source.CreateCommand(string.Format(CultureInfo.InvariantCulture, sql, name));
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        // A pool for each database would hold on to connections that the next test class needs.
        return new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Database = name,
            ConnectionIdleLifetime = 10,
            ConnectionPruningInterval = 5,
        }.ConnectionString;
    }
}
