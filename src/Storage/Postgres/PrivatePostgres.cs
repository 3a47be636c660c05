using Microsoft.Extensions.Logging;

namespace ContrastiveService.Storage.Postgres;

/// <summary>A PostgreSQL server of our own, from the machine's binaries, on a directory of ours; loopback only, with a random password.</summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    /// <summary>For the database named <c>contrastive</c>, which exists.</summary>
    public string ConnectionString => throw new NotImplementedException();

    /// <summary>Starts the server, making its data first if <paramref name="directory"/> has none, or adopts one that a killed process left running there.</summary>
    /// <param name="directory">Holds everything: data, log, port, password. One process at a time.</param>
    /// <param name="logger">Told what happens.</param>
    /// <param name="settings">Server settings such as fsync, on top of ours.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="PostgresNotFoundException">The machine has no PostgreSQL server; the message says what to install.</exception>
    public static Task<PrivatePostgres> StartAsync(
        string directory, ILogger logger, IReadOnlyDictionary<string, string>? settings, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Stops the server; its data stays.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);
}
