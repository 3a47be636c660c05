using DbUp;
using DbUp.Postgresql;
using Hangfire.PostgreSql;
using Npgsql;

namespace ContrastiveService.Storage.Migrations;

/// <summary>Applies what is missing: our numbered scripts, and Hangfire's own tables.</summary>
static class Schema
{
    // Any constant will do, as long as all processes use the same one.
    const long Lock = 0x636f6e7472617374;

    public static async Task MigrateAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        // Neither DbUp nor Hangfire survives being started twice at once on an empty database.
        await using var take = new NpgsqlCommand("select pg_advisory_lock($1)", connection) { CommandTimeout = 0, Parameters = { new() { Value = Lock } } };
        await take.ExecuteNonQueryAsync(cancellationToken);
        try
        {
            await Task.Run(() => Apply(source), cancellationToken);
        }
        finally
        {
            await using var release = new NpgsqlCommand("select pg_advisory_unlock($1)", connection) { Parameters = { new() { Value = Lock } } };
            await release.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    static void Apply(NpgsqlDataSource source)
    {
        using (var connection = source.OpenConnection())
            PostgreSqlObjectsInstaller.Install(connection);

        var result = DeployChanges.To
            .PostgresqlDatabase(new PostgresqlConnectionManager(source))
            .WithScriptsEmbeddedInAssembly(typeof(Schema).Assembly, name => name.EndsWith(".sql", StringComparison.Ordinal))
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .LogToNowhere()
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
            throw new InvalidOperationException($"Migration {result.ErrorScript?.Name} failed: {result.Error.Message}", result.Error);
    }
}
