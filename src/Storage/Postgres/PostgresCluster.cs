using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace ContrastiveService.Storage.Postgres;

/// <summary>
/// What a private server keeps in its directory: <c>cluster/</c> with PostgreSQL's own data, and beside it <c>password</c>, <c>port</c>.
/// </summary>
sealed class PostgresCluster(string directory)
{
    public const string User = "contrastive";

    public string Data => Path.Combine(directory, "cluster");

    public string Log => Path.Combine(Data, "server.log");

    public bool Exists => File.Exists(Path.Combine(Data, "PG_VERSION"));

    /// <summary>The major version that wrote the data; null when there is none yet.</summary>
    public int? Major => Exists ? int.Parse(File.ReadAllText(Path.Combine(Data, "PG_VERSION")), CultureInfo.InvariantCulture) : null;

    public string Password
    {
        get
        {
            var path = Path.Combine(directory, "password");
            if (!File.Exists(path))
            {
                if (Exists)
                {
                    throw new InvalidOperationException(
                        $"{path} is missing, and nothing else opens the database beside it. Put it back, or move {directory} away to start with an empty one.");
                }
                WriteSecret(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));
            }
            return File.ReadAllText(path);
        }
    }

    /// <summary>The port of the last start; a new one after <see cref="MovePort"/>.</summary>
    public int Port
    {
        get
        {
            if (!File.Exists(PortFile))
                MovePort();
            return int.Parse(File.ReadAllText(PortFile), CultureInfo.InvariantCulture);
        }
    }

    string PortFile => Path.Combine(directory, "port");

    /// <summary>Takes a port that is free now.</summary>
    public void MovePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        File.WriteAllText(PortFile, ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture));
    }

    public bool IsPortFree()
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, Port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Makes the data, in a directory of another name first: a half-made cluster is never taken for one.</summary>
    public async Task CreateAsync(PostgresPrograms programs, PostgresAccount account, CancellationToken cancellationToken)
    {
        var (unfinished, secret) = (Path.Combine(directory, "cluster.new"), Path.Combine(directory, "password.new"));
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        WriteSecret(secret, Password);
        await account.OwnAsync(unfinished, cancellationToken);
        await account.OwnAsync(secret, cancellationToken);
        var result = await account.RunAsync(
            [programs.Path("initdb"), "-D", unfinished, "--username", User, "--pwfile", secret, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"],
            cancellationToken);
        File.Delete(secret);
        result.ThrowIfFailed();
        Directory.Move(unfinished, Data);
    }

    /// <summary>Writes the settings of the next start.</summary>
    public async Task ConfigureAsync(PostgresAccount account, IReadOnlyDictionary<string, string>? settings, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, string>
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = Port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = "",
            ["max_connections"] = "200", // Api, Worker and its trainers have a pool each
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            all[name] = value;
        // Replaces what ALTER SYSTEM would write; it wins over postgresql.conf.
        var path = Path.Combine(Data, "postgresql.auto.conf");
        var lines = all.Select(setting => $"{setting.Key} = '{setting.Value.Replace("'", "''", StringComparison.Ordinal)}'");
        await File.WriteAllLinesAsync(path, lines, cancellationToken);
        await account.OwnAsync(path, cancellationToken);
    }

    static void WriteSecret(string path, string text)
    {
        using var file = new StreamWriter(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(text);
    }
}
