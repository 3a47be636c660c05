using Hangfire.PostgreSql;
using Npgsql;

namespace ContrastiveService.Storage.Queue;

/// <summary>Gives Hangfire connections from our pool, so that its writes can join our transactions.</summary>
sealed class HangfireConnections(NpgsqlDataSource source) : IConnectionFactory
{
    public NpgsqlConnection GetOrCreateConnection() => source.CreateConnection();
}
