using System.Transactions;
using ContrastiveService.Storage.Migrations;
using Dapper;
using Npgsql;

namespace ContrastiveService.Storage;

/// <summary>One PostgreSQL database: its connection pool, its schema, its health.</summary>
public sealed class Database(string connectionString) : IAsyncDisposable
{
    readonly TaskCompletionSource migrated = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The one pool that everything goes through, Hangfire included: two pools could not share a transaction.</summary>
    public NpgsqlDataSource Source { get; } = CreateSource(connectionString);

    /// <summary>Brings the schema up to date. Safe to call from any number of processes at once: one does it, the others wait.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await Schema.MigrateAsync(Source, cancellationToken);
        migrated.TrySetResult();
    }

    /// <summary>Whether a query gets through, for health checks.</summary>
    public async Task<bool> IsReachableAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = Source.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    /// <summary>Ends once <see cref="MigrateAsync"/> has done its work in this process.</summary>
    internal Task Migrated => migrated.Task;

    /// <summary>
    /// A transaction that also takes in what Hangfire writes. Each connection in it must be closed before the next one opens, Hangfire's included.
    /// </summary>
    internal static TransactionScope BeginScope() => new(
        TransactionScopeOption.RequiresNew,
        new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted },
        TransactionScopeAsyncFlowOption.Enabled);

    internal async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList();
    }

    internal async Task<T?> FirstAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellationToken);
        return await connection.QueryFirstOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }

    internal async Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }

    static NpgsqlDataSource CreateSource(string connectionString)
    {
        // Hangfire's job listener reconnects with its connection's string; without this the password is gone from it
        // and after a broken connection jobs wait for the next poll.
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { PersistSecurityInfo = true };
        return NpgsqlDataSource.Create(settings);
    }
}
