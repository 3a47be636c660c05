using System.Diagnostics;

namespace ContrastiveService.Storage.Postgres;

/// <summary>The account that PostgreSQL's programs run as: our own, or, because they refuse root, <c>postgres</c> or <c>nobody</c>.</summary>
sealed class PostgresAccount
{
    readonly string[] owner;
    readonly string[] prefix;

    PostgresAccount(string[] owner, string[] prefix) => (this.owner, this.prefix) = (owner, prefix);

    /// <summary>Chooses an account that can work below <paramref name="directory"/>.</summary>
    /// <exception cref="InvalidOperationException">There is none; the message says what to do.</exception>
    public static async Task<PostgresAccount> ChooseAsync(string directory, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
            return new PostgresAccount([], []);
        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).ToList();
        var account = accounts.Find(fields => fields[0] == "postgres") ?? accounts.Find(fields => fields[0] == "nobody")
            ?? throw new InvalidOperationException(
                "PostgreSQL refuses to run as root, and there is no account 'postgres' or 'nobody' to run it as. "
                + "Create one, or start this program as another user.");
        string[] owner = ["chown", $"{account[2]}:{account[3]}"];
        string[] drop = ["setpriv", $"--reuid={account[2]}", $"--regid={account[3]}", "--clear-groups"];
        // The data may lie under a closed directory such as /root. Instead of opening that to everybody, PostgreSQL alone may walk through it.
        string[] walk = ["--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"];
        foreach (string[] prefix in new[] { drop, [.. drop, .. walk] })
        {
            // Really going there, because 'test -x' leaves capabilities out of account.
            if ((await RunAsync([.. prefix, "sh", "-c", "cd \"$0\"", directory], cancellationToken)).ExitCode == 0)
                return new PostgresAccount(owner, prefix);
        }
        throw new InvalidOperationException(
            $"PostgreSQL refuses to run as root, and the account '{account[0]}' that it would run as cannot reach {directory}. "
            + "Keep the data in a directory that it can reach.");
    }

    /// <summary>Gives a file or directory to the account.</summary>
    public async Task OwnAsync(string path, CancellationToken cancellationToken)
    {
        if (owner.Length > 0)
            (await RunAsync([.. owner, path], cancellationToken)).ThrowIfFailed();
    }

    /// <summary>Runs a program as the account, and waits for its end.</summary>
    public Task<CommandResult> RunAsync(IEnumerable<string> command, CancellationToken cancellationToken) => RunAsync([.. prefix, .. command], cancellationToken);

    static async Task<CommandResult> RunAsync(string[] command, CancellationToken cancellationToken)
    {
        // Messages in English whatever the machine's language; from / because the account may not be allowed where we are.
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LC_ALL"] = "C" },
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return new CommandResult(string.Join(' ', command), process.ExitCode, await output + await error);
    }
}
