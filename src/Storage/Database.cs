using Npgsql;

namespace ContrastiveService.Storage;

/// <summary>One PostgreSQL database: its connection pool, its schema, its health.</summary>
public sealed class Database(string connectionString) : IAsyncDisposable
{
    /// <summary>The one pool that everything goes through, Hangfire included: two pools could not share a transaction.</summary>
    public NpgsqlDataSource Source { get; } = NpgsqlDataSource.Create(connectionString);

    public Task MigrateAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<bool> IsReachableAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
