using ContrastiveService.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace ContrastiveService.Tests;

/// <summary>A database of its own for a test class, with our schema and every store over it.</summary>
public sealed class TestDatabase(PostgresServer server) : IAsyncLifetime
{
    ServiceProvider? services;

    public string ConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await server.CreateDatabaseAsync();
        services = new ServiceCollection().AddLogging().AddStorage(ConnectionString)
            .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    public async ValueTask DisposeAsync()
    {
        if (services is not null)
            await services.DisposeAsync();
    }

    public T Get<T>() where T : notnull => services!.GetRequiredService<T>();
}
