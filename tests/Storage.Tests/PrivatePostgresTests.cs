using System.Diagnostics;
using System.Globalization;
using ContrastiveService.Storage.Postgres;
using ContrastiveService.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ContrastiveService.Storage.Tests;

public sealed class PrivatePostgresTests(PrivatePostgresTests.Folder folder, PostgresServer other) : IClassFixture<PrivatePostgresTests.Folder>
{
    // One for all tests, which run one after the other: making the data takes longer than everything else.
    readonly string directory = folder.Path;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_finds_its_data_again_after_a_stop()
    {
        await using (var first = await StartAsync(directory))
            await WriteAsync(first, "kept");

        await using var second = await StartAsync(directory);

        (await ReadAsync(second)).ShouldBe("kept");
    }

    [Fact]
    public async Task It_starts_again_after_its_server_was_killed()
    {
        await using var first = await StartAsync(directory);
        await WriteAsync(first, "kept");
        using (var server = Process.GetProcessById(ServerProcess(directory)))
            server.Kill();
        // The dead server's processes go on their own; what this process held of it goes now.
        await first.StopAsync(Cancel);

        await using var second = await StartAsync(directory);

        (await ReadAsync(second)).ShouldBe("kept");
    }

    [Fact]
    public async Task It_adopts_the_server_that_a_killed_process_left_and_stops_it_at_the_end()
    {
        await using var left = await StartAsync(directory);
        await WriteAsync(left, "kept");
        var process = ServerProcess(directory);
        // A process that is gone holds no lock.
        File.Delete(Path.Combine(directory, "lock"));

        var adopted = await StartAsync(directory);

        ServerProcess(directory).ShouldBe(process);
        (await ReadAsync(adopted)).ShouldBe("kept");
        await adopted.DisposeAsync();
        await Should.ThrowAsync<NpgsqlException>(() => ReadAsync(adopted));
        File.Exists(Path.Combine(directory, "cluster", "postmaster.pid")).ShouldBeFalse();
    }

    [Fact]
    public async Task Only_one_process_uses_a_directory()
    {
        await using var first = await StartAsync(directory);
        (await Should.ThrowAsync<InvalidOperationException>(() => StartAsync(directory))).Message.ShouldContain(directory);
    }

    [Fact]
    public async Task It_takes_another_port_when_its_own_is_taken()
    {
        await using (var first = await StartAsync(directory))
            await WriteAsync(first, "kept");
        var taken = new NpgsqlConnectionStringBuilder(await other.CreateEmptyDatabaseAsync()).Port;
        await File.WriteAllTextAsync(Path.Combine(directory, "port"), taken.ToString(CultureInfo.InvariantCulture), Cancel);

        await using var second = await StartAsync(directory);

        new NpgsqlConnectionStringBuilder(second.ConnectionString).Port.ShouldNotBe(taken);
        (await ReadAsync(second)).ShouldBe("kept");
    }

    [Fact]
    public async Task A_start_that_broke_off_is_made_again_from_the_beginning()
    {
        var unfinished = Directory.CreateDirectory(Path.Combine(directory, "fresh", "cluster.new"));
        await File.WriteAllTextAsync(Path.Combine(unfinished.FullName, "PG_VERSION"), "15", Cancel);

        await using var server = await StartAsync(Path.Combine(directory, "fresh"));

        await WriteAsync(server, "fine");
        Directory.Exists(unfinished.FullName).ShouldBeFalse();
    }

    [Fact]
    public async Task It_runs_below_a_directory_that_others_cannot_enter()
    {
        var closed = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        File.GetUnixFileMode(folder.Parent).ShouldBe(closed);

        await using var server = await StartAsync(directory);

        await WriteAsync(server, "fine");
        File.GetUnixFileMode(folder.Parent).ShouldBe(closed);
    }

    [Fact]
    public async Task It_asks_for_the_password_and_keeps_it_to_its_owner()
    {
        await using var server = await StartAsync(directory);
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "wrong", Pooling = false };
        await using var connection = new NpgsqlConnection(wrong.ConnectionString);

        (await Should.ThrowAsync<PostgresException>(() => connection.OpenAsync(Cancel))).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);

        File.GetUnixFileMode(Path.Combine(directory, "password")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Exists(Path.Combine(directory, "password.new")).ShouldBeFalse();
    }

    [Fact]
    public void Without_a_server_it_says_what_to_install()
    {
        Should.Throw<PostgresNotFoundException>(() => PostgresPrograms.Choose([directory, "/nowhere"], null)).Message.ShouldContain("apt-get install postgresql");
        var installed = PostgresPrograms.Find(null);
        Should.Throw<PostgresNotFoundException>(() => PostgresPrograms.Choose([installed.Home], installed.Major + 1)).Message.ShouldContain($"postgresql-{installed.Major + 1}");
        PostgresPrograms.Choose(["/nowhere", installed.Home], installed.Major).ShouldBe(installed);
    }

    static Task<PrivatePostgres> StartAsync(string directory) =>
        PrivatePostgres.StartAsync(directory, NullLogger.Instance, new Dictionary<string, string> { ["fsync"] = "off" }, Cancel);

    static int ServerProcess(string directory) => int.Parse(File.ReadLines(Path.Combine(directory, "cluster", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    static async Task WriteAsync(PrivatePostgres server, string text)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand($"create table if not exists note (text text); truncate note; insert into note values ('{text}')");
        await command.ExecuteNonQueryAsync(Cancel);
    }

    static async Task<string?> ReadAsync(PrivatePostgres server)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand("select text from note");
        return await command.ExecuteScalarAsync(Cancel) as string;
    }

    public sealed class Folder : IDisposable
    {
        /// <summary>What <c>mkdtemp</c> makes is closed to everybody else.</summary>
        public string Parent { get; } = Directory.CreateTempSubdirectory("private-postgres-").FullName;

        public string Path => System.IO.Path.Combine(Parent, "data");

        public void Dispose() => Directory.Delete(Parent, recursive: true);
    }
}
