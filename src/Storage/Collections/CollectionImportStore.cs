using ContrastiveService.Storage.Datasets;
using Npgsql;

namespace ContrastiveService.Storage.Collections;

/// <summary>
/// Imports of data sets into collections. One is claimed with a lease and a fence; what it brings and how far it is are written together, so that whoever claims it
/// next goes on exactly there. Methods that return a bool say whether the claim still held; if not, they changed nothing.
/// </summary>
public sealed class CollectionImportStore(Database database)
{
    // Claims in a row that got nothing done, after which it is the import's own fault.
    const string Tries = "5";

    const string Columns =
        """
        id, collection_id as CollectionId, dataset, dataset_id as DatasetId, dataset_version as DatasetVersion, split, state, position, done, skipped, total, note, error,
        fence, created_at as CreatedAt, updated_at as UpdatedAt
        """;

    const string Mine = "id = @Id and fence = @Fence and state = 'running'";

    /// <summary>Queues an import of the data set's present version; if the same is under way already, gives that one.</summary>
    /// <exception cref="NotFoundException">The data set or the collection is gone.</exception>
    public async Task<CollectionImport> StartAsync(Guid collectionId, Dataset dataset, string? split, CancellationToken cancellationToken)
    {
        // The share of the data set's row keeps it from being deleted before this import is visible.
        const string insert = $"""
            with held as (select id from dataset where id = @DatasetId for share)
            insert into collection_import (id, collection_id, dataset, dataset_id, dataset_version, split, state, total)
            select @id, @collectionId, @Name, held.id, @Version, @split, 'queued',
                   (select count(*) from {DatasetItemStore.Published} where i.dataset_id = held.id and m.version <= @Version and (@split::text is null or i.split = @split))
            from held
            on conflict do nothing
            returning {Columns}
            """;
        const string underWay = $"""
            select {Columns} from collection_import
            where collection_id = @collectionId and dataset_id = @DatasetId and dataset_version = @Version and split is not distinct from @split and state in ('queued', 'running')
            """;
        var parameters = new { id = Guid.CreateVersion7(), collectionId, DatasetId = dataset.Id, dataset.Name, dataset.Version, split };
        try
        {
            return await database.FirstAsync<CollectionImport>(insert, parameters, cancellationToken)
                ?? await database.FirstAsync<CollectionImport>(underWay, parameters, cancellationToken)
                ?? await database.FirstAsync<CollectionImport>(insert, parameters, cancellationToken)
                ?? throw new NotFoundException($"There is no data set '{dataset.Name}' any more.");
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw CollectionStore.Gone(collectionId.ToString());
        }
    }

    public Task<CollectionImport?> GetAsync(Guid id, CancellationToken cancellationToken) =>
        database.FirstAsync<CollectionImport>($"select {Columns} from collection_import where id = @id", new { id }, cancellationToken);

    /// <summary>A collection's imports, newest first.</summary>
    public Task<IReadOnlyList<CollectionImport>> ListAsync(Guid collectionId, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<CollectionImport>(
            $"select {Columns} from collection_import where collection_id = @collectionId order by id desc limit @limit", new { collectionId, limit }, cancellationToken);

    /// <summary>Takes the oldest import that nobody works on: one that is queued, or one whose lease ran out.</summary>
    /// <returns>Null when there is none.</returns>
    public Task<CollectionImport?> ClaimAsync(TimeSpan lease, CancellationToken cancellationToken)
    {
        const string sql = $"""
            with spent as (
                update collection_import set state = 'failed', lease_until = null, updated_at = now(), error =
                    'It was begun {Tries} times in a row and never got further than ' || done + skipped || ' of ' || total || ' items. The server''s log says more; import again to try once more.'
                where state = 'running' and lease_until < now() and tries >= {Tries}
            )
            update collection_import
            set state = 'running', fence = fence + 1, tries = tries + 1, lease_until = now() + make_interval(secs => @seconds), updated_at = now()
            where id = (
                select id from collection_import
                where state = 'queued' or state = 'running' and lease_until < now() and tries < {Tries}
                order by id limit 1 for update skip locked
            )
            returning {Columns}
            """;
        return database.FirstAsync<CollectionImport>(sql, new { seconds = lease.TotalSeconds }, cancellationToken);
    }

    /// <summary>Writes items, where the import then stands, and a new lease: all or nothing.</summary>
    public async Task<bool> AdvanceAsync(
        CollectionImport import, IReadOnlyList<NewCollectionItem> items, long position, int skipped, string? note, TimeSpan lease, CancellationToken cancellationToken)
    {
        const string sql = """
            update collection_import
            set position = $3, done = done + $4, skipped = skipped + $5, note = coalesce($6::text, note), tries = 0, lease_until = now() + make_interval(secs => $7), updated_at = now()
            where id = $1 and fence = $2 and state = 'running'
            """;
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in new object[]
            { import.Id, import.Fence, position, (long)items.Count, (long)skipped, note is null ? DBNull.Value : StoredText.Clean(note), lease.TotalSeconds })
        {
            command.Parameters.Add(new() { Value = value });
        }
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            return false;
        if (items.Count > 0)
            await CollectionItemStore.UpsertAsync(connection, import.CollectionId, items, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    public Task<bool> RenewAsync(CollectionImport import, TimeSpan lease, CancellationToken cancellationToken) =>
        WriteAsync($"update collection_import set lease_until = now() + make_interval(secs => @seconds) where {Mine}", new { import.Id, import.Fence, seconds = lease.TotalSeconds }, cancellationToken);

    public Task<bool> SucceedAsync(CollectionImport import, CancellationToken cancellationToken) => WriteAsync(
        $"update collection_import set state = 'succeeded', lease_until = null, updated_at = now() where {Mine}", new { import.Id, import.Fence }, cancellationToken);

    /// <summary>What it brought so far stays.</summary>
    public Task<bool> FailAsync(CollectionImport import, string error, CancellationToken cancellationToken) => WriteAsync(
        $"update collection_import set state = 'failed', lease_until = null, error = @error, updated_at = now() where {Mine}",
        new { import.Id, import.Fence, error = StoredText.Clean(error) },
        cancellationToken);

    /// <summary>The process stops in good order: another one may go on at once.</summary>
    public Task<bool> HandBackAsync(CollectionImport import, CancellationToken cancellationToken) => WriteAsync(
        $"update collection_import set state = 'queued', lease_until = null, tries = 0, updated_at = now() where {Mine}", new { import.Id, import.Fence }, cancellationToken);

    async Task<bool> WriteAsync(string sql, object parameters, CancellationToken cancellationToken) => await database.ExecuteAsync(sql, parameters, cancellationToken) > 0;
}
