using ContrastiveService.Storage.Datasets;
using ContrastiveService.Storage.Leases;
using Npgsql;

namespace ContrastiveService.Storage.Collections;

/// <summary>Imports of data sets into collections.</summary>
public sealed class CollectionImportStore(Database database)
    : ClaimStore<CollectionImport>(database, "collection_import", Columns, "done + skipped", "import again to try once more.")
{
    const string Columns =
        """
        id, collection_id as CollectionId, dataset, dataset_id as DatasetId, dataset_version as DatasetVersion, split, state, position, done, skipped, total, note, error,
        fence, created_at as CreatedAt, updated_at as UpdatedAt
        """;

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
            return await Database.FirstAsync<CollectionImport>(insert, parameters, cancellationToken)
                ?? await Database.FirstAsync<CollectionImport>(underWay, parameters, cancellationToken)
                ?? await Database.FirstAsync<CollectionImport>(insert, parameters, cancellationToken)
                ?? throw new NotFoundException($"There is no data set '{dataset.Name}' any more.");
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw CollectionStore.Gone(collectionId.ToString());
        }
    }

    public Task<CollectionImport?> GetAsync(Guid id, CancellationToken cancellationToken) =>
        Database.FirstAsync<CollectionImport>($"select {Columns} from collection_import where id = @id", new { id }, cancellationToken);

    /// <summary>A collection's imports, newest first.</summary>
    public Task<IReadOnlyList<CollectionImport>> ListAsync(Guid collectionId, int limit, CancellationToken cancellationToken) =>
        Database.QueryAsync<CollectionImport>(
            $"select {Columns} from collection_import where collection_id = @collectionId order by id desc limit @limit", new { collectionId, limit }, cancellationToken);

    /// <summary>Writes items, where the import then stands, and a new lease: all or nothing.</summary>
    /// <param name="import">As it was claimed.</param>
    /// <param name="modelVersionId">The version that made the vectors.</param>
    /// <param name="items">What it brings.</param>
    /// <param name="position">The data set's last item that is done.</param>
    /// <param name="skipped">Items that could not be embedded.</param>
    /// <param name="note">Why the last of them could not.</param>
    /// <param name="lease">How long it is claimed from now on.</param>
    /// <param name="cancellationToken">The process stops.</param>
    /// <exception cref="VersionChangedException">The collection is of another version by now.</exception>
    public async Task<bool> AdvanceAsync(
        CollectionImport import, Guid modelVersionId, IReadOnlyList<NewCollectionItem> items, long position, int skipped, string? note, TimeSpan lease,
        CancellationToken cancellationToken)
    {
        const string sql = """
            update collection_import
            set position = $3, done = done + $4, skipped = skipped + $5, note = coalesce($6::text, note), tries = 0, lease_until = now() + make_interval(secs => $7), updated_at = now()
            where id = $1 and fence = $2 and state = 'running'
            """;
        await using var connection = await Database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // The collection's row first, as whoever deletes it takes them: two orders would wait for each other.
        if (items.Count > 0)
            await CollectionItemStore.UpsertAsync(connection, import.CollectionId, modelVersionId, items, cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in new object[]
            { import.Id, import.Fence, position, (long)items.Count, (long)skipped, note is null ? DBNull.Value : StoredText.Clean(note), lease.TotalSeconds })
        {
            command.Parameters.Add(new() { Value = value });
        }
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            return false;
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    public Task<bool> SucceedAsync(CollectionImport import, CancellationToken cancellationToken) => WriteAsync(
        $"update collection_import set state = 'succeeded', lease_until = null, updated_at = now() where {Mine}", new { import.Id, import.Fence }, cancellationToken);
}
