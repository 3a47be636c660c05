using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContrastiveService.Storage.Postgres;

/// <summary>A PostgreSQL server of our own, from the machine's programs, on a directory of ours; reachable on loopback only, with a random password.</summary>
public sealed partial class PrivatePostgres : IAsyncDisposable
{
    const string DatabaseName = "contrastive";

    static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    readonly PostgresCluster cluster;
    readonly PostgresPrograms programs;
    readonly PostgresAccount account;
    readonly ILogger logger;
    FileStream? hold;

    PrivatePostgres(PostgresCluster cluster, PostgresPrograms programs, PostgresAccount account, ILogger logger, FileStream hold) =>
        (this.cluster, this.programs, this.account, this.logger, this.hold) = (cluster, programs, account, logger, hold);

    /// <summary>For the database <c>contrastive</c>, which exists.</summary>
    public string ConnectionString => ConnectionStringFor(DatabaseName);

    /// <summary>
    /// Starts the server, making its data first if <paramref name="directory"/> has none, or adopts one that a killed process left running there.
    /// </summary>
    /// <param name="directory">Holds everything: data, log, port, password. One process at a time.</param>
    /// <param name="logger">Told what happens.</param>
    /// <param name="settings">Server settings such as fsync, on top of ours.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="PostgresNotFoundException">The machine has no fitting PostgreSQL server; the message says what to install.</exception>
    /// <exception cref="InvalidOperationException">Another process uses the directory, or the server does not start; the message says why.</exception>
    public static async Task<PrivatePostgres> StartAsync(
        string directory, ILogger logger, IReadOnlyDictionary<string, string>? settings, CancellationToken cancellationToken)
    {
        directory = Path.GetFullPath(directory);
        Directory.CreateDirectory(directory);
        var hold = Hold(directory);
        try
        {
            var cluster = new PostgresCluster(directory);
            var programs = PostgresPrograms.Find(cluster.Major);
            var server = new PrivatePostgres(cluster, programs, await PostgresAccount.ChooseAsync(directory, cancellationToken), logger, hold);
            await server.StartAsync(settings, cancellationToken);
            return server;
        }
        catch
        {
            await hold.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the server; its data stays.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (hold is null)
            return;
        Log.Stopping(logger, cluster.Data);
        // Fast: sessions are cut off and everything is written. Immediate is what a power cut would do; the next start recovers.
        const int notRunning = 3;
        if ((await PgCtlAsync(["stop", "-m", "fast", "-t", "60"], cancellationToken)).ExitCode != 0
            && await PgCtlAsync(["stop", "-m", "immediate"], cancellationToken) is { ExitCode: not 0 } failed
            && (await PgCtlAsync(["status"], cancellationToken)).ExitCode != notRunning)
        {
            failed.ThrowIfFailed();
        }
        await hold.DisposeAsync();
        hold = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    /// <summary>The lock goes with the process, however it ends.</summary>
    static FileStream Hold(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new InvalidOperationException($"Another process is using {directory}. Stop it first, or choose another directory.", exception);
        }
    }

    async Task StartAsync(IReadOnlyDictionary<string, string>? settings, CancellationToken cancellationToken)
    {
        if (!cluster.Exists)
        {
            Log.Creating(logger, cluster.Data, programs.Major);
            await cluster.CreateAsync(programs, account, cancellationToken);
        }
        if (await AnswersAsync(cancellationToken))
        {
            Log.Adopted(logger, cluster.Data);
        }
        else
        {
            await LaunchAsync(settings, cancellationToken);
            Log.Started(logger, cluster.Data, cluster.Port);
        }
        await CreateDatabaseAsync(cancellationToken);
    }

    /// <summary>
    /// Starts until it answers: after a crash, the old server's processes may hold its memory for a moment, or its number may still be in the process
    /// table.
    /// </summary>
    async Task LaunchAsync(IReadOnlyDictionary<string, string>? settings, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StartTimeout);
        try
        {
            do
            {
                if (!cluster.IsPortFree())
                    cluster.MovePort();
                await cluster.ConfigureAsync(account, settings, timeout.Token);
                // The server inherits what pg_ctl's output is connected to, and would keep it open for as long as it runs.
                string[] quietly = ["sh", "-c", "exec \"$0\" \"$@\" >/dev/null 2>&1"];
                await account.RunAsync(
                    [.. quietly, programs.Path("pg_ctl"), "-D", cluster.Data, "-l", cluster.Log, "-w", "-t", "60", "start"], timeout.Token);
                if (await AnswersAsync(timeout.Token))
                    return;
                await Task.Delay(TimeSpan.FromMilliseconds(250), timeout.Token);
            }
            while (true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var log = File.Exists(cluster.Log) ? string.Join('\n', File.ReadLines(cluster.Log).TakeLast(20)) : "It wrote no log.";
            throw new InvalidOperationException(
                $"The private PostgreSQL server in {cluster.Data} did not start within {StartTimeout.TotalSeconds:0} s. Its last words:\n{log}");
        }
    }

    async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Short, in case that something else took the port and is silent.
            var probe = new NpgsqlConnectionStringBuilder(ConnectionStringFor("postgres")) { Timeout = 5 };
            await using var connection = new NpgsqlConnection(probe.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            // Nobody there, not ready yet, or another server with another password on what was our port.
            return false;
        }
    }

    async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionStringFor("postgres"));
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection) { Parameters = { new() { Value = DatabaseName } } };
        if (await exists.ExecuteScalarAsync(cancellationToken) is not null)
            return;
        await using var create = new NpgsqlCommand($"create database {DatabaseName}", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    Task<CommandResult> PgCtlAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        account.RunAsync([programs.Path("pg_ctl"), "-D", cluster.Data, "-w", .. arguments], cancellationToken);

    string ConnectionStringFor(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = cluster.Port,
        Username = PostgresCluster.User,
        Password = cluster.Password,
        Database = database,
        Pooling = database == DatabaseName,
    }.ConnectionString;

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Making a PostgreSQL {Major} database in {Directory}")]
        public static partial void Creating(ILogger logger, string directory, int major);

        [LoggerMessage(LogLevel.Information, "The PostgreSQL server in {Directory} listens on 127.0.0.1:{Port}")]
        public static partial void Started(ILogger logger, string directory, int port);

        [LoggerMessage(LogLevel.Warning, "The PostgreSQL server in {Directory} was left running by a process that was killed; it goes on")]
        public static partial void Adopted(ILogger logger, string directory);

        [LoggerMessage(LogLevel.Information, "Stopping the PostgreSQL server in {Directory}")]
        public static partial void Stopping(ILogger logger, string directory);
    }
}
