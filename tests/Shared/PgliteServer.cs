using System.Diagnostics;

namespace ContrastiveService.Tests;

/// <summary>
/// A PostgreSQL that offers the extension <c>vector</c> wherever Node runs: compiled to WebAssembly, out of npm's registry. All of its connections share one session; whoever uses it does one
/// thing after the other.
/// </summary>
sealed class PgliteServer : IAsyncDisposable
{
    static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "pglite");

    readonly Process node;

    PgliteServer(Process node, string port)
    {
        this.node = node;
        // What a pool does to a connection that comes back would undo what the others have set.
        ConnectionString = $"Host=127.0.0.1;Port={port};Database=postgres;Username=postgres;Password=postgres;SSL Mode=Disable;GSS Encryption Mode=Disable;No Reset On Close=true;Maximum Pool Size=20";
    }

    public string ConnectionString { get; }

    public static async Task<PgliteServer> StartAsync()
    {
        using (var install = Start("npm", "ci"))
        {
            var said = await install.StandardError.ReadToEndAsync();
            await install.WaitForExitAsync();
            install.ExitCode.ShouldBe(0, $"npm ci: {said}");
        }

        var node = Start("node", "server.mjs");
        var port = await node.StandardOutput.ReadLineAsync();
        port.ShouldNotBeNull(await (port is null ? node.StandardError.ReadToEndAsync() : Task.FromResult("")));
        return new PgliteServer(node, port);
    }

    public async ValueTask DisposeAsync()
    {
        node.StandardInput.Close();
        await node.WaitForExitAsync();
        node.Dispose();
    }

    static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
