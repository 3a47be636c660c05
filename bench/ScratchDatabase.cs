using ContrastiveService.Storage.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace ContrastiveService.Bench;

/// <summary>A private PostgreSQL (with fsync) and a folder beside it, gone when disposed of.</summary>
internal sealed class ScratchDatabase : IAsyncDisposable
{
    private readonly DirectoryInfo folder;
    private readonly PrivatePostgres server;

    private ScratchDatabase(DirectoryInfo folder, PrivatePostgres server) => (this.folder, this.server) = (folder, server);

    public string ConnectionString => server.ConnectionString;

    /// <summary>For whatever else a benchmark writes.</summary>
    public string Folder => folder.FullName;

    public static async Task<ScratchDatabase> StartAsync()
    {
        // Not a private temporary folder: PostgreSQL does not run as root, and must still reach its data when root runs this.
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"bench-{Guid.NewGuid():n}"));
        return new(folder, await PrivatePostgres.StartAsync(Path.Combine(folder.FullName, "postgres"), NullLogger.Instance, null, CancellationToken.None));
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
