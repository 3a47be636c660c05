using ContrastiveService.Storage;
using ContrastiveService.Storage.Collections;
using ContrastiveService.Storage.Collections.Hnsw;
using Microsoft.Extensions.DependencyInjection;

namespace ContrastiveService.Tests;

/// <summary>A database that offers the extension <c>vector</c>, with our schema and every store over it: one of this machine's PostgreSQL where that has it, else one in WebAssembly.</summary>
sealed class VectorDatabase : IAsyncDisposable
{
    readonly ServiceProvider services;
    readonly PgliteServer? pglite;

    VectorDatabase(string connectionString, PgliteServer? pglite)
    {
        this.pglite = pglite;
        services = new ServiceCollection().AddLogging().AddStorage(connectionString).BuildServiceProvider();
    }

    public Database Database => Get<Database>();

    /// <param name="connectionString">A database of this machine's PostgreSQL, which is used where it will do.</param>
    public static async Task<VectorDatabase> OpenAsync(string connectionString)
    {
        var opened = new VectorDatabase(connectionString, null);
        await opened.Database.MigrateAsync(CancellationToken.None);
        if (await opened.Get<VectorExtension>().EnsureAsync(CancellationToken.None) is not null)
        {
            await opened.DisposeAsync();
            var pglite = await PgliteServer.StartAsync();
            opened = new VectorDatabase(pglite.ConnectionString, pglite);
            await opened.Database.MigrateAsync(CancellationToken.None);
            (await opened.Get<VectorExtension>().EnsureAsync(CancellationToken.None)).ShouldBeNull();
        }

        // Versions of models come out of jobs; here they come out of nothing.
        await opened.RunAsync("alter table model_version drop constraint if exists model_version_job_id_fkey, drop constraint if exists model_version_checkpoint_id_fkey");
        return opened;
    }

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    public async Task<Collection> CollectionAsync(int width, bool half = false) =>
        await Get<CollectionStore>().CreateAsync($"shelf-{Guid.NewGuid():N}", await VersionAsync(width), half, CancellationToken.None);

    /// <summary>A model version that makes vectors so wide.</summary>
    public async Task<Guid> VersionAsync(int width)
    {
        var id = Guid.CreateVersion7();
        await RunAsync("insert into model (name) values ($1)", $"model-{id:N}");
        await RunAsync("insert into model_version (id, model, version, job_id, checkpoint_id, plan, card, width) values ($1, $2, 1, $1, $1, '{}', '{}', $3)", id, $"model-{id:N}", width);
        return id;
    }

    /// <summary>Builds the index as it is built in the background.</summary>
    /// <returns>Whether its recall is to be measured.</returns>
    public async Task<bool> BringUpAsync(Guid collectionId)
    {
        await using var build = await Get<HnswStore>().TryBeginAsync(collectionId, CancellationToken.None);
        return await build.ShouldNotBeNull().BringUpAsync(CancellationToken.None);
    }

    public async Task<CollectionIndex> IndexAsync(Guid collectionId) => (await Get<HnswStore>().GetAsync([collectionId], CancellationToken.None))[collectionId];

    public async Task RunAsync(string sql, params object[] parameters)
    {
        await using var command = Database.Source.CreateCommand(sql);
        foreach (var value in parameters)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ReadAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Database.Source.CreateCommand(sql);
        foreach (var value in parameters)
            command.Parameters.Add(new() { Value = value });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (pglite is not null)
            await pglite.DisposeAsync();
    }
}
